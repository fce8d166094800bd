"""Which links of a profile have been found to link back."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from stoa.core.accounts import store, views
from stoa.db import Connection


async def mark(conn: Connection, account_id: int, shown: Collection[str], at: int) -> None:
    """The fields whose HTML is among *shown* are verified since *at* (unix milliseconds).

    Nobody else is told: each server looks for itself.
    """
    account = await views.get(conn, account_id)
    fields = [
        msgspec.structs.replace(one, verified_at=at) if one.html in shown else one for one in account.fields
    ]
    if tuple(fields) != account.fields:
        await store.change(conn, account_id, fields=msgspec.to_builtins(fields))
