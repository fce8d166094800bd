"""Who has asked to join is let in, or is not."""

from __future__ import annotations

from stoa.core import events
from stoa.core.accounts import store as accounts_store
from stoa.core.auth import store as users_store
from stoa.core.auth import users
from stoa.core.auth.model import User
from stoa.core.errors import Forbidden
from stoa.core.moderation import letters
from stoa.db import Connection


async def approve(conn: Connection, account_id: int) -> None:
    """They may come in, and get a letter that says so.  Raises NotFound; Forbidden for whoever is in."""
    user = await _waiting(conn, account_id)
    await users_store.change(conn, account_id, approved=True)
    await letters.tell_approved(conn, account_id)
    if user.confirmed_at is not None:
        await events.record(conn, events.AccountAdmitted(account_id))


async def reject(conn: Connection, account_id: int) -> None:
    """They may not, get a letter, and are forgotten: name and address are free.  Raises NotFound;
    Forbidden for whoever is in.
    """
    user = await _waiting(conn, account_id)
    await letters.tell_rejected(conn, user)
    await accounts_store.remove_here(conn, account_id)


async def _waiting(conn: Connection, account_id: int) -> User:
    user = await users.get(conn, account_id)
    if user.approved:
        raise Forbidden("They were let in already.")
    return user
