"""The end of somebody's signing in here: address, password, browsers, apps, invitations."""

from __future__ import annotations

from sqlalchemy import bindparam, delete

from stoa.core.auth import apps, grants, one_time, passkeys, second_factor, sessions
from stoa.db import Connection, Query
from stoa.db.tables import invites, users
from stoa.db.tables.base import Id

_remove = Query(delete(users).where(users.c.account_id == bindparam("account", type_=Id)))
_remove_invites = Query(delete(invites).where(invites.c.account_id == bindparam("account", type_=Id)))


async def leave(conn: Connection, account_id: int) -> None:
    """Nothing opens the account any more, and its address is free for somebody else."""
    await sessions.end_all(conn, account_id)
    await apps.revoke_all(conn, account_id)
    await grants.forget_all(conn, account_id)
    await second_factor.turn_off(conn, account_id)
    await passkeys.forget_all(conn, account_id)
    for purpose in one_time.LIFE_MS:
        await one_time.void(conn, account_id, purpose)
    await conn.run(_remove_invites, account=account_id)
    await conn.run(_remove, account=account_id)
