"""What is queued, and what is not sent to whom."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa.core.house import House
from stoa.db import Query, insert
from stoa.db.tables import deliveries, delivery_hosts, domain_allows, domain_blocks, instances, outgoing
from stoa.federation.deliver.send import on_work, send
from stoa.federation.own_keys import INSTANCE
from tests.federation.deliver.post_office import PostOffice

INBOXES = [f"https://{name}.example/inbox" for name in ("one", "two", "deep.two")]
SAID = {"@context": [], "type": "Like", "to": ["https://one.example/x"], "content": "“ünïcödé”"}
_block = insert(domain_blocks, "id", "domain", "severity", "created_at")
_allow = insert(domain_allows, "id", "domain", "created_at")
_give_up = insert(instances, "domain", "first_seen_at", "given_up_at")
_hosts = Query(select(delivery_hosts.c.host, delivery_hosts.c.run_at).order_by(delivery_hosts.c.host))
_rows = Query(select(deliveries.c.inbox).order_by(deliveries.c.inbox))
_bodies = Query(select(outgoing.c.body))


async def _send(house: House, inboxes: list[str], **said: Any) -> int:
    async with house.db.write() as conn:
        return await send(conn, house, SAID, account_id=INSTANCE, inboxes=inboxes, kind="Like", **said)


async def _send_and_fail(house: House) -> None:
    async with house.db.write() as conn:
        await send(conn, house, SAID, account_id=INSTANCE, inboxes=INBOXES, kind="Like")
        raise ZeroDivisionError


async def _all(house: House, query: Query) -> list[Any]:
    async with house.db.read() as conn:
        return await conn.all(query)


async def test_bytes_are_kept_once_and_each_host_has_a_place(house: House) -> None:
    assert await _send(house, [*INBOXES, INBOXES[0], "https://one.example/users/a/inbox"]) == 4
    [(body,)] = await _all(house, _bodies)
    assert "“ünïcödé”".encode() in body
    assert [row.host for row in await _all(house, _hosts)] == [
        "deep.two.example", "one.example", "two.example",
    ]  # fmt: skip


async def test_our_own_host_and_what_is_no_address_get_nothing(house: House) -> None:
    ours = [house.addresses.shared_inbox, "mailto:a@b.example", ""]
    assert await _send(house, ours) == 0
    assert await _all(house, _bodies) == []


async def test_a_suspended_server_and_those_below_it_get_nothing(house: House) -> None:
    async with house.db.write() as conn:
        await conn.run(_block, id=1, domain="two.example", severity="suspend", created_at=1)
        await conn.run(_block, id=2, domain="one.example", severity="silence", created_at=1)
    assert await _send(house, INBOXES) == 1
    assert [row.inbox for row in await _all(house, _rows)] == [INBOXES[0]]


async def test_a_server_that_was_given_up_gets_nothing(house: House) -> None:
    async with house.db.write() as conn:
        await conn.run(_give_up, domain="one.example", first_seen_at=1, given_up_at=1)
    assert await _send(house, INBOXES) == 2


@pytest.mark.parametrize("settings_given", [{"STOA_FEDERATION": "allowlist"}])
async def test_with_a_list_only_those_on_it_get_anything(house: House) -> None:
    async with house.db.write() as conn:
        await conn.run(_allow, id=1, domain="two.example", created_at=1)
    assert await _send(house, INBOXES) == 2


async def test_the_sender_is_woken_when_it_is_safe_and_not_before(house: House) -> None:
    woken: list[str] = []
    forget = on_work(lambda: woken.append("now"))
    try:
        async with house.db.write() as conn:
            await send(conn, house, SAID, account_id=INSTANCE, inboxes=INBOXES, kind="Like")
            assert woken == []
        assert woken == ["now"]
        with pytest.raises(ZeroDivisionError):
            await _send_and_fail(house)
        assert woken == ["now"]
    finally:
        forget()
    await _send(house, INBOXES)
    assert woken == ["now"]


async def test_a_host_that_is_due_already_stays_due(house: House) -> None:
    await _send(house, INBOXES[:1])
    [(_, before)] = await _all(house, _hosts)
    await _send(house, INBOXES[:1])
    [(_, after)] = await _all(house, _hosts)
    assert after == before


async def test_last_words_cancel_for_their_own_object_only(house: House, office: PostOffice) -> None:
    for about in ("https://home.example/1", "https://home.example/2"):
        await _send(house, INBOXES, about=about)
    async with house.db.write() as conn:
        await send(
            conn, house, SAID, account_id=INSTANCE, inboxes=INBOXES[:1], kind="Undo",
            about="https://home.example/1",
        )  # fmt: skip
    assert [(one.kind, one.about[-1]) for one in await office.letters() if one.about] == [
        ("Like", "2"), ("Undo", "1"),
    ]  # fmt: skip
