"""Telling members what somebody has done, as far as their policies let it through."""

from __future__ import annotations

from collections.abc import Collection

from stoa.core.notifications import policy, requests, store
from stoa.core.notifications.model import Type
from stoa.db import Connection


async def tell(
    conn: Connection,
    account_ids: Collection[int],
    type_: Type,
    *,
    from_id: int,
    status_id: int | None = None,
    report_id: int | None = None,
    severance_id: int | None = None,
    warning_id: int | None = None,
    collection_id: int | None = None,
) -> None:
    """Each of *account_ids* (who live here and listen to *from_id*) is told, now or when they accept the
    request that is kept for them, or not at all.
    """
    verdicts = await policy.verdicts(conn, account_ids, type_, from_id=from_id, status_id=status_id)
    kept_back = [one for one, verdict in verdicts.items() if verdict == "filter"]
    await store.add(
        conn,
        [one for one, verdict in verdicts.items() if verdict != "drop"],
        type_,
        from_id=from_id,
        status_id=status_id,
        report_id=report_id,
        severance_id=severance_id,
        warning_id=warning_id,
        collection_id=collection_id,
        filtered=kept_back,
    )
    if type_ in requests.ASKING and status_id is not None:
        await requests.put(conn, kept_back, from_id=from_id, status_id=status_id)
