"""What somebody proves at signing in besides their password."""

from __future__ import annotations

from sqlalchemy import Table

from stoa.db.tables.base import count, document, metadata, moment, reference, string

second_factors = Table(
    "second_factors",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    string("secret"),  # base32, as apps for codes take it: both sides must know it
    moment("confirmed_at", nullable=True),  # none: offered, and not in use yet
    count("last_step"),  # of the last code that was taken: none is taken twice
    document("recovery", default="[]"),  # SHA-256 of codes that work once each
    comment="owner: core/auth",
)
