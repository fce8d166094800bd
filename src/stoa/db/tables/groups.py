"""Groups that live here: accounts that pass on what their members write to them (FEP-1b12)."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Table

from stoa.db.tables.base import Id, flag, metadata, moment, reference, string

groups = Table(
    "groups",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    flag("moderators_only"),  # who may begin a discussion
    moment("created_at"),
    comment="owner: core/groups",
)

group_moderators = Table(
    "group_moderators",
    metadata,
    reference("group_id", "groups.account_id", primary_key=True),
    reference("account_id", "accounts.id", primary_key=True, index=True),
    comment="owner: core/groups",
    sqlite_with_rowid=False,
)

# Kept when the status is gone, until that has been passed on too.
group_statuses = Table(
    "group_statuses",
    metadata,
    reference("group_id", "groups.account_id", primary_key=True),
    C("status_id", Id, primary_key=True, autoincrement=False),
    string("uri"),
    flag("removed"),  # by a moderator: the discussion goes on without the group
    flag("locked"),  # by a moderator: the group takes no more answers
    Index("ix_group_statuses_status", "status_id"),
    Index("ix_group_statuses_uri", "uri"),
    comment="owner: core/groups",
    sqlite_with_rowid=False,
)
