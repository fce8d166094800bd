"""/api/v1/admin/{measures,dimensions,retention}: figures that are counted, not made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from stoa import ids
from stoa.core.auth import presence
from stoa.core.house import House
from stoa.core.moderation import reports as moderating
from stoa.core.moderation.dimensions import KEYS
from stoa.core.moderation.measures import KINDS
from stoa.core.relationships import follow
from stoa.core.statuses import favourite, reblog, tags
from stoa.db import Query
from stoa.db.tables import media_attachments, users
from tests import contract
from tests.api.routes.test_admin_reports import ADMIN, file, mod_token
from tests.client import Client
from tests.make import Make, Person

BASE = "/api/v1/admin"
DAY = 24 * 3600 * 1000


def day(back: int = 0) -> str:
    return (datetime.now(UTC) - timedelta(days=back)).strftime("%Y-%m-%dT12:00:00Z")


def over(back: int = 2, **more: Any) -> dict[str, Any]:
    return {"start_at": day(back), "end_at": day(), **more}


async def joined(house: House, who: Person, back: int) -> None:
    """*who* joined so many days ago, and has been nowhere since."""
    change = Query(
        update(users)
        .where(users.c.account_id == bindparam("who"))
        .values(created_at=bindparam("at"), last_active_at=None)
    )
    async with house.db.write() as conn:
        await conn.run(change, who=who.id, at=ids.now_ms() - back * DAY)


async def seen(house: House, who: Person, back: int) -> None:
    async with house.db.write() as conn:
        await presence.came_by(conn, who.id, ids.now_ms() - back * DAY)


async def measured(client: Client, token: str, key: str, **asked: Any) -> dict[str, Any]:
    (made,) = (await client.post(f"{BASE}/measures", token=token, json=over(keys=[key], **asked))).ok()
    assert contract.problems(made, "Admin::Measure") == []
    assert made["key"] == key
    assert [one["date"] for one in made["data"]] == [
        f"{day(back)[:10]}T00:00:00.000Z" for back in (2, 1, 0)
    ]
    found: dict[str, Any] = made
    return found


def values(made: dict[str, Any]) -> list[int]:
    return [int(one["value"]) for one in made["data"]]


async def test_members_are_counted_on_the_days_they_came_by(
    client: Client, house: House, make: Make
) -> None:
    token = await mod_token(make)
    alice, bob = await make.account("alice"), await make.account("bob")
    await joined(house, alice, 4)
    await joined(house, bob, 1)
    for who, back in ((alice, 4), (alice, 1), (bob, 1), (bob, 0), (bob, 0)):
        await seen(house, who, back)
    active = await measured(client, token, "active_users")
    # The moderator came by just now, by asking.
    assert (values(active), active["total"], active["previous_total"]) == ([0, 2, 2], "3", "1")
    assert active["unit"] is None
    new = await measured(client, token, "new_users")
    assert (values(new), new["total"], new["previous_total"]) == ([0, 1, 1], "2", "1")


async def test_whoever_uses_a_token_or_a_session_came_by(client: Client, house: House, make: Make) -> None:
    token = await mod_token(make)
    alice = await make.account("alice")
    for _ in range(2):
        await client.get("/api/v1/accounts/verify_credentials", token=alice.token)
    assert values(await measured(client, token, "active_users")) == [0, 0, 2]


async def test_days_long_gone_are_forgotten(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await seen(house, alice, presence.KEPT_DAYS + 1)
    await seen(house, alice, 0)
    async with house.db.read() as conn:
        found = await conn.scalar(KINDS["active_users"][0].total, since=0, until=1_000_000)
        old = await conn.scalar(
            KINDS["active_users"][0].total, since=0, until=ids.now_ms() // DAY - presence.KEPT_DAYS
        )
    assert (found, old) == (1, 0)


async def test_what_people_here_do_with_posts_of_others_is_interaction(
    client: Client, house: House, make: Make
) -> None:
    token = await mod_token(make)
    alice, carol = await make.account("alice"), await make.remote("carol@there.example")
    post = await make.status(carol, "Hello.", uri="https://there.example/1")
    async with house.db.write() as conn:
        await favourite.favourite(conn, alice.id, post)
        await favourite.favourite(conn, carol, post)
        await reblog.reblog(conn, alice.id, post, house.addresses)
    await make.status(alice, "An answer.", in_reply_to_id=post)
    mine = await make.status(alice, "A thread.")
    await make.status(alice, "And I go on.", in_reply_to_id=mine)
    made = await measured(client, token, "interactions")
    assert (values(made), made["total"], made["previous_total"]) == ([0, 0, 3], "3", "0")


async def test_reports_are_counted_when_they_come_and_when_they_are_dealt_with(
    client: Client, house: House, make: Make
) -> None:
    token = await mod_token(make)
    alice, bob, mod = [await make.account(name) for name in ("alice", "bob", "second")]
    made = await file(house, alice, bob)
    await file(house, bob, alice)
    async with house.db.write() as conn:
        await moderating.resolve(conn, made, mod.id)
    assert values(await measured(client, token, "opened_reports")) == [0, 0, 2]
    assert values(await measured(client, token, "resolved_reports")) == [0, 0, 1]


async def test_a_hashtag_has_uses_people_and_servers_of_what_all_may_read(
    client: Client, house: House, make: Make
) -> None:
    token = await mod_token(make)
    alice, carol = await make.account("alice"), await make.remote("carol@there.example")
    for text, visibility in (("#stoa 1", "public"), ("#stoa 2", "unlisted"), ("#stoa 3", "private")):
        await make.status(alice, text, visibility=visibility, language="en")
    await make.status(carol, uri="https://there.example/1", tags=("stoa",), language="de")
    async with house.db.read() as conn:
        tag = str(await tags.find(conn, "stoa"))
    for key, expected in (("tag_uses", 3), ("tag_accounts", 2), ("tag_servers", 2)):
        made = await measured(client, token, key, **{key: {"id": tag}})
        assert (values(made), made["total"]) == ([0, 0, expected], str(expected)), key
    asked = {
        "keys": ["tag_servers", "tag_languages"],
        "tag_servers": {"id": tag},
        "tag_languages": {"id": tag},
    }
    servers, languages = (await client.post(f"{BASE}/dimensions", token=token, json=asked)).ok()
    assert contract.problems([servers, languages], "[Admin::Dimension]") == []
    assert [(one["key"], one["value"]) for one in servers["data"]] == [
        (house.settings.domain, "2"), ("there.example", "1"),
    ]  # fmt: skip
    assert [(one["key"], one["human_key"], one["value"]) for one in languages["data"]] == [
        ("en", "English", "2"), ("de", "German", "1"),
    ]  # fmt: skip


async def test_another_server_has_its_figures(client: Client, house: House, make: Make) -> None:
    token = await mod_token(make)
    alice = await make.account("alice")
    carol, dora = await make.remote("carol@there.example"), await make.remote("dora@there.example")
    await make.remote("erik@elsewhere.example")
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, carol)
        await follow.accept(conn, carol, alice.id)
        for who in (carol, dora):
            await follow.follow(conn, who, alice.id)
    post = await make.status(carol, uri="https://there.example/1", text="Hi.", language="cs")
    async with house.db.write() as conn:
        for number, (size, key) in enumerate([(1_500_000, "a"), (400_000, "b"), (7, None)]):
            await conn.run(
                Query(
                    media_attachments.insert().values(
                        id=bindparam("id"), account_id=bindparam("account"), kind="image",
                        status_id=bindparam("post"), key=bindparam("key"), bytes=bindparam("size"),
                        created_at=bindparam("now"),
                    )
                ),
                id=ids.new_id() + number, account=carol, post=post, key=key, size=size, now=ids.now_ms(),
            )  # fmt: skip
        # A report of somebody there.
    await file(house, alice, Person(carol, "carol", "", ""))
    expected = {
        "instance_accounts": 2, "instance_statuses": 1, "instance_reports": 1, "instance_follows": 1,
        "instance_followers": 2, "instance_media_attachments": 1_900_000,
    }  # fmt: skip
    for key, value in expected.items():
        made = await measured(client, token, key, **{key: {"domain": "There.example"}})
        assert (values(made), made["total"]) == ([0, 0, value], str(value)), key
        assert "previous_total" not in made
        if key == "instance_media_attachments":
            assert (made["unit"], made["human_value"]) == ("bytes", "1.9 MB")
        nowhere = await measured(client, token, key, **{key: {"domain": "nowhere.example"}})
        assert (values(nowhere), nowhere["total"]) == ([0, 0, 0], "0")
    asked = {
        "keys": ["instance_accounts", "instance_languages"],
        "instance_accounts": {"domain": "there.example"},
        "instance_languages": {"domain": "there.example"},
    }
    people, languages = (await client.post(f"{BASE}/dimensions", token=token, json=asked)).ok()
    assert contract.problems([people, languages], "[Admin::Dimension]") == []
    assert [(one["key"], one["value"]) for one in people["data"]] == [("carol", "1"), ("dora", "0")]
    assert [(one["human_key"], one["value"]) for one in languages["data"]] == [("Czech", "1")]


async def test_this_server_says_of_what_it_consists(client: Client, house: House, make: Make) -> None:
    token = await mod_token(make)
    alice = await make.account("alice")
    await seen(house, alice, 0)
    carol = await make.remote("carol@there.example")
    for number in range(2):
        await make.status(carol, uri=f"https://there.example/{number}", text="Hi.")
    await make.status(alice)
    keys = ["languages", "sources", "servers", "space_usage", "software_versions", "unheard-of"]
    found = (await client.post(f"{BASE}/dimensions", token=token, form={"keys[]": keys})).ok()
    assert contract.problems(found, "[Admin::Dimension]") == []
    by_key = {one["key"]: one["data"] for one in found}
    assert list(by_key) == keys[:-1]
    assert by_key["languages"] == [{"key": "en", "human_key": "English", "value": "2"}]
    assert by_key["sources"] == [{"key": "web", "human_key": "Website", "value": "2"}]
    assert [(one["key"], one["value"]) for one in by_key["servers"]] == [
        ("there.example", "2"), (house.settings.domain, "1"),
    ]  # fmt: skip
    usage = {one["key"]: int(one["value"]) for one in by_key["space_usage"]}
    assert usage.pop("media") == 0
    assert all(size > 100_000 for size in usage.values())
    assert len(usage) == 1
    assert {one["key"] for one in by_key["software_versions"]} == {"stoa", "python", *usage}
    one = (
        await client.post(f"{BASE}/dimensions", token=token, json={"keys": ["servers"], "limit": 1})
    ).ok()
    assert len(one[0]["data"]) == 1


async def test_who_joined_and_still_comes_by_is_retained(client: Client, house: House, make: Make) -> None:
    token = await mod_token(make)
    people = [await make.account(name) for name in ("alice", "bob", "carol", "dora")]
    for who in people:
        await joined(house, who, 2)
    for who, back in zip(people, (0, 1, 2), strict=False):
        await seen(house, who, back)
    found = (await client.post(f"{BASE}/retention", token=token, json=over(frequency="day"))).ok()
    assert contract.problems(found, "[Admin::Cohort]") == []
    assert [one["period"] for one in found] == [f"{day(back)[:10]}T00:00:00.000Z" for back in (2, 1, 0)]
    assert [(one["value"], one["rate"]) for one in found[0]["data"]] == [
        ("3", 0.75), ("2", 0.5), ("1", 0.25),
    ]  # fmt: skip
    # The moderator joined today and is here.
    assert [len(one["data"]) for one in found] == [3, 2, 1]
    assert [(one["value"], one["rate"]) for one in found[2]["data"]] == [("1", 1.0)]
    months = (await client.post(f"{BASE}/retention", token=token, json=over(200, frequency="month"))).ok()
    assert contract.problems(months, "[Admin::Cohort]") == []
    assert all(one["period"][8:10] == "01" for one in months)
    assert sum(int(one["data"][0]["value"]) for one in months) >= 4


@pytest.mark.parametrize("path", ["measures", "dimensions", "retention"])
async def test_only_those_who_may_see_the_dashboard_see_it(client: Client, make: Make, path: str) -> None:
    asked = over(keys=["new_users", "servers"], frequency="day")
    alice, mod = await make.account("alice"), await make.account("mod", role="moderator")
    url = f"{BASE}/{path}"
    assert (await client.post(url, json=asked)).status == 401
    assert (await client.post(url, json=asked, token=await make.token(alice, ADMIN))).status == 403
    narrow = await make.token(mod, "admin:read:accounts")
    assert (await client.post(url, json=asked, token=narrow)).status == 403
    assert (await client.post(url, json=asked, token=await make.token(mod, "admin:read"))).status == 200


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("measures", {"keys": ["new_users"]}),
        ("measures", {"keys": ["new_users"], "start_at": "soon", "end_at": "2026-01-01"}),
        ("measures", {"keys": ["new_users"], "start_at": "2026-01-02", "end_at": "2026-01-01"}),
        ("measures", {"keys": ["new_users"], "start_at": "2016-01-02", "end_at": "2026-01-01"}),
        ("measures", {"keys": [], "start_at": "2026-01-01", "end_at": "9999-12-31T23:59:59-05:00"}),
        ("measures", {"keys": ["new_users"], "start_at": "1969-12-31", "end_at": "1970-01-01"}),
        ("measures", {"keys": ["tag_uses"], "start_at": "2026-01-01", "end_at": "2026-01-01"}),
        ("measures", {"keys": ["a"] * 51, "start_at": "2026-01-01", "end_at": "2026-01-01"}),
        ("measures", {"start_at": "2026-01-01", "end_at": "2026-01-01"}),
        ("dimensions", {"keys": ["instance_accounts"], "instance_accounts": {"domain": ""}}),
        ("dimensions", {"keys": ["servers"], "limit": 0}),
        ("dimensions", {"keys": ["servers"], "end_at": "0001-01-01"}),
        ("retention", {"start_at": "2026-01-01", "end_at": "2026-01-02", "frequency": "year"}),
        ("retention", {"start_at": "2026-01-01", "end_at": "2026-06-02", "frequency": "day"}),
    ],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_counted_is_refused(
    client: Client, make: Make, path: str, asked: dict[str, Any]
) -> None:
    answer = await client.post(f"{BASE}/{path}", token=await mod_token(make), json=asked)
    assert (answer.status, list(answer.json)) == (422, ["error"])


async def test_figures_take_few_questions_however_long_the_span(
    client: Client, house: House, make: Make
) -> None:
    token = await mod_token(make)
    about = {
        **{key: {"domain": "there.example"} for key in (*KINDS, *KEYS) if key.startswith("instance_")},
        **{key: {"id": "1"} for key in (*KINDS, *KEYS) if key.startswith("tag_")},
    }
    for _ in range(2):  # until the token is known
        await client.get("/api/v1/accounts/verify_credentials", token=token)
    for path, keys, most in (("measures", list(KINDS), 3), ("dimensions", list(KEYS), 2)):
        counts = []
        for back in (1, 360):
            before = house.db.statements
            asked = over(back, keys=[*keys, *keys], **about)
            found = (await client.post(f"{BASE}/{path}", token=token, json=asked)).ok()
            counts.append(house.db.statements - before)
            assert sorted(one["key"] for one in found) == sorted(keys)
        assert counts[0] == counts[1] <= most * len(keys)
