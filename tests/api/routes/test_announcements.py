"""What all members are told, and what they do with it."""

from __future__ import annotations

from typing import Any

import pytest

from stoa import ids
from stoa.core.announcements import publish, views
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.api.streaming.listening import listening
from tests.client import Client
from tests.contract import problems
from tests.make import Make, Person

ALL = "/api/v1/announcements"
HOUR = 3_600_000


async def announce(house: House, words: str = "We are **open**.", **said: Any) -> int:
    async with house.db.write() as conn:
        return await publish.announce(conn, words, addresses=house.addresses, **said)


async def listed(client: Client, person: Person) -> Any:
    return (await client.get(ALL, token=person.token)).ok()


async def test_what_is_announced_is_shown_until_it_was_read(
    client: Client, make: Make, house: House
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await announce(house)
    [one] = await listed(client, alice)
    assert not problems(one, "Announcement")
    assert (one["id"], one["read"]) == (str(made), False)
    assert one["content"] == "<p>We are <strong>open</strong>.</p>"
    (await client.post(f"{ALL}/{made}/dismiss", token=alice.token)).ok()
    assert [one["read"] for one in await listed(client, alice)] == [True]
    assert [one["read"] for one in await listed(client, bob)] == [False]
    assert (await client.get(ALL)).status == 401


async def test_it_comes_when_it_should_and_goes_when_it_is_over(
    client: Client, make: Make, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.account("alice")
    now = ids.now_ms()
    await announce(house, publish_at=now + HOUR, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    worker = Worker(house.db, handlers.of(house))
    await worker.drain()
    assert await listed(client, alice) == []
    monkeypatch.setattr(ids, "now_ms", lambda: now + HOUR + 1)
    await worker.drain()
    [one] = await listed(client, alice)
    assert one["starts_at"] == ids.iso(now + HOUR)
    monkeypatch.setattr(ids, "now_ms", lambda: now + 2 * HOUR + 1)
    assert await listed(client, alice) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": " "}, {"words": "x" * 10_001}, {"starts_at": 5, "ends_at": 5}, {"all_day": True},
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(Unprocessable):
        await announce(house, **wrong)
    async with house.db.read() as conn:
        assert await views.list_all(conn) == []


async def test_people_react_with_characters_and_with_emoji_of_the_house(
    client: Client, make: Make, house: House
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await announce(house)
    for person, name in ((alice, "👍"), (bob, "👍"), (bob, "👍"), (bob, "🏳️‍🌈")):
        (await client.put(f"{ALL}/{made}/reactions/{name}", token=person.token)).ok()
    [one] = await listed(client, alice)
    assert [(r["name"], r["count"], r["me"]) for r in one["reactions"]] == [
        ("👍", 2, True),
        ("🏳️‍🌈", 1, False),
    ]
    (await client.delete(f"{ALL}/{made}/reactions/👍", token=alice.token)).ok()
    assert (await client.delete(f"{ALL}/{made}/reactions/👍", token=alice.token)).status == 404
    [one] = await listed(client, alice)
    assert [(r["name"], r["count"], r["me"]) for r in one["reactions"]] == [
        ("👍", 1, False),
        ("🏳️‍🌈", 1, False),
    ]


@pytest.mark.parametrize("name", ["x", "12", "nothing", "👍" * 20, "%20", "a👍", "%00"])
async def test_what_is_no_emoji_is_no_reaction(client: Client, make: Make, house: House, name: str) -> None:
    alice = await make.account("alice")
    made = await announce(house)
    assert (await client.put(f"{ALL}/{made}/reactions/{name}", token=alice.token)).status in (404, 422)
    assert (await listed(client, alice))[0]["reactions"] == []


async def test_there_are_only_so_many_different_reactions(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    made = await announce(house)
    emoji = "🍎🍐🍊🍋🍌🍉🍇🍓🍈"
    answers = [
        (await client.put(f"{ALL}/{made}/reactions/{one}", token=alice.token)).status for one in emoji
    ]
    assert answers == [200] * publish.MAX_REACTIONS + [422]


async def test_what_is_gone_can_neither_be_read_nor_reacted_to(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    made = await announce(house)
    async with house.db.write() as conn:
        await publish.remove(conn, made)
        with pytest.raises(NotFound):
            await publish.remove(conn, made)
    assert await listed(client, alice) == []
    assert (await client.post(f"{ALL}/{made}/dismiss", token=alice.token)).status == 404
    assert (await client.put(f"{ALL}/{made}/reactions/👍", token=alice.token)).status == 404


async def test_many_cost_no_more_questions_than_one(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")

    async def cost() -> int:
        before = house.db.statements
        async with house.db.read() as conn:
            await views.shown(conn, alice.id, house.addresses)
        return house.db.statements - before

    await announce(house)
    one = await cost()
    for _ in range(5):
        await announce(house)
    assert await cost() == one


async def test_those_who_listen_hear_of_it(make: Make, house: House) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "user", "public") as ear:
        made = await announce(house)
        [(stream, event, shown)] = await ear.heard()
        assert (stream, event, shown["id"]) == (("user",), "announcement", str(made))
        assert not problems(shown, "Announcement")
        async with house.db.write() as conn:
            await publish.react(conn, made, alice.id, "👍")
        reaction = {"announcement_id": str(made), "name": "👍", "count": 1}
        assert await ear.heard() == [(("user",), "announcement.reaction", reaction)]
        async with house.db.write() as conn:
            await publish.remove(conn, made)
        assert await ear.heard() == [(("user",), "announcement.delete", str(made))]


async def test_whom_and_what_it_names_is_said(client: Client, make: Make, house: House) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    public = await make.status(alice, "Read this")
    private = await make.status(alice, "Not this", visibility="private")
    base = house.addresses.base
    await announce(
        house,
        f"@alice and @carl@there.example (not @nobody) wrote #Maths: {base}/@alice/{public}, "
        f"{base}/@alice/{private}, {base}/@alice/{public} and {base}/@alice/{2**70}",
    )
    [one] = await listed(client, alice)
    assert not problems(one, "Announcement")
    assert [(named["id"], named["acct"]) for named in one["mentions"]] == [
        (str(alice.id), "alice"),
        (str(carl), "carl@there.example"),
    ]
    assert one["statuses"] == [{"id": str(public), "url": f"{base}/@alice/{public}"}]
    assert one["tags"] == [{"name": "maths", "url": f"{base}/tags/maths"}]
    assert f'href="{base}/@alice"' in one["content"]
