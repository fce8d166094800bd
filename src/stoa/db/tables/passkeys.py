"""What somebody signs in with instead of a password."""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from stoa.db.tables.base import count, metadata, moment, primary, reference, string

passkeys = Table(
    "passkeys",
    metadata,
    primary(),
    reference("account_id", "accounts.id", index=True),
    string("credential_id"),  # base64url
    string("credential"),  # base64url of the attested credential data: its id and public key
    string("name"),  # as its owner calls it
    count("sign_count"),  # what the device has counted; most count nothing
    moment("challenged_at"),  # when the challenge that it answered last was made: none is answered twice
    moment("created_at"),
    moment("last_used_at", nullable=True),
    UniqueConstraint("credential_id"),
    comment="owner: core/auth",
)
