"""Timelines, lists, conversations, markers and hashtags as apps are sent them."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.house import House
from tests.client import Client
from tests.make import Make, Person


async def get(client: Client, who: Person | None, path: str, **query: Any) -> Any:
    return (await client.get(f"/api/v1/{path}", token=who.token if who else None, query=query)).ok()


async def walk(client: Client, who: Person | None, path: str, rel: str = "next") -> list[str]:
    """The ids on every page from *path* on, in the order they came."""
    seen: list[str] = []
    url = f"/api/v1/{path}"
    while True:
        answer = await client.get(url, token=who.token if who else None)
        if not answer.ok():
            return seen
        seen += [one["id"] for one in answer.json]
        url = answer.links[rel].removeprefix("http://localhost:8000")


@pytest.mark.parametrize("path", ["home", "public", "tag/cats", "list/{list}"])
async def test_every_timeline_is_paged_without_gap_or_repeat(client: Client, make: Make, path: str) -> None:
    alice = await make.account("alice")
    made = (await client.post("/api/v1/lists", token=alice.token, form={"title": "Me"})).ok()
    await client.post(
        f"/api/v1/lists/{made['id']}/accounts", token=alice.token, json={"account_ids": [str(alice.id)]}
    )
    posts = [str(await make.status(alice, f"#cats {n}")) for n in range(7)][::-1]
    url = f"timelines/{path.format(list=made['id'])}?limit=3"
    assert await walk(client, alice, url) == posts
    upward = await walk(client, alice, f"{url}&min_id={posts[-1]}", "prev")
    assert upward == [*posts[3:6], *posts[0:3]]
    newer = await get(client, alice, f"{url}&since_id={posts[4]}")
    assert [one["id"] for one in newer] == posts[:3]


async def test_a_hashtag_in_any_script_is_paged(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    posts = [str(await make.status(alice, f"#новости {n}")) for n in range(3)][::-1]
    for path in ("tag/новости", "tag/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"):
        assert await walk(client, alice, f"timelines/{path}?limit=2") == posts


async def test_public_timelines_need_no_token_and_home_does(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    await make.status(alice, "#cats")
    for path in ("public", "tag/cats", "tag/CATS"):
        (status,) = await get(client, None, f"timelines/{path}")
        assert "favourited" not in status
        (status,) = await get(client, alice, f"timelines/{path}")
        assert status["favourited"] is False
    for path in ("home", "list/1"):
        assert (await client.get(f"/api/v1/timelines/{path}")).status == 401
    assert (await client.get("/api/v1/timelines/list/1", token=alice.token)).status == 404
    assert (await client.get("/api/v1/timelines/list/x", token=alice.token)).status == 404


async def test_a_hashtag_timeline_takes_lists_of_others(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    cats, dogs, both = [str(await make.status(alice, text)) for text in ("#cats", "#dogs", "#cats #dogs")]

    async def found(query: str) -> list[str]:
        return [one["id"] for one in await get(client, None, f"timelines/tag/cats?{query}")]

    assert await found("any[]=dogs") == [both, dogs, cats]
    assert await found("all[]=dogs") == [both]
    assert await found("none[]=dogs") == [cats]
    assert await found("local=true&any[]=") == [both, cats]
    assert await found("remote=true") == []
    assert await found("only_media=1") == []


@pytest.mark.parametrize(
    "query",
    ["limit=abc", "max_id=abc", "min_id=-", "local=perhaps", "any[]=" + "x" * 300, f"max_id={2**65}"],
)
async def test_odd_parameters_are_refused_clearly(client: Client, make: Make, query: str) -> None:
    answer = await client.get(f"/api/v1/timelines/tag/cats?{query}")
    assert answer.status == 422
    assert answer.json["error"]


async def test_limits_are_held(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    for n in range(42):
        await make.status(alice, f"{n}")
    for limit, rows in ((0, 1), (-5, 1), (10**9, 40), ("", 20)):
        assert len(await get(client, alice, f"timelines/home?limit={limit}")) == rows


async def test_whoever_may_not_see_a_post_finds_it_in_no_timeline(client: Client, make: Make) -> None:
    alice, fan, stranger = [await make.account(name) for name in ("alice", "fan", "stranger")]
    await make.follow(fan, alice)
    direct = str(await make.status(alice, "#cats @fan", visibility="direct"))
    private = str(await make.status(alice, "#cats", visibility="private"))
    for viewer in (None, stranger):
        for path in (
            "timelines/public",
            "timelines/tag/cats",
            f"accounts/{alice.id}/statuses",
            f"accounts/{alice.id}/statuses?tagged=cats",
            f"accounts/{alice.id}/statuses?pinned=true",
        ):
            assert await get(client, viewer, path) == []
    assert {one["id"] for one in await get(client, fan, "timelines/home")} == {direct, private}
    for path in ("timelines/home", "conversations", "notifications"):
        assert await get(client, stranger, path) == []


async def test_lists_are_made_changed_filled_and_removed(client: Client, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    await make.follow(alice, bob)
    made = (
        await client.post(
            "/api/v1/lists", token=alice.token, json={"title": " Friends ", "exclusive": True}
        )
    ).ok()
    assert made == {"id": made["id"], "title": "Friends", "replies_policy": "list", "exclusive": True}
    one = f"/api/v1/lists/{made['id']}"
    changed = await client.put(
        one, token=alice.token, form={"title": "Family", "replies_policy": "none", "exclusive": "0"}
    )
    assert changed.ok() == {
        "id": made["id"],
        "title": "Family",
        "replies_policy": "none",
        "exclusive": False,
    }
    assert await get(client, alice, "lists") == [changed.json]
    assert (await client.get(one, token=alice.token)).ok() == changed.json
    members = f"{one}/accounts"
    assert (await client.post(members, token=alice.token, form={"account_ids[]": [bob.id]})).ok() == {}
    again = await client.post(members, token=alice.token, form={"account_ids[]": [bob.id]})
    assert again.status == 422
    unfollowed = await client.post(members, token=alice.token, form={"account_ids[]": [eve.id]})
    assert unfollowed.status == 404
    for limit in ("", "?limit=0"):
        assert [one["id"] for one in (await client.get(members + limit, token=alice.token)).ok()] == [
            str(bob.id)
        ]
    for method, url in (
        ("GET", one),
        ("PUT", one),
        ("DELETE", one),
        ("GET", members),
        ("POST", members),
        ("DELETE", members),
    ):
        assert (await client.request(method, url, token=eve.token)).status == 404
    assert (await client.delete(members, token=alice.token, json={"account_ids": [bob.id]})).ok() == {}
    assert (await client.get(members, token=alice.token)).ok() == []
    assert (await client.delete(one, token=alice.token)).ok() == {}
    assert (await client.get(one, token=alice.token)).status == 404


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"title": ""},
        {"title": "x", "replies_policy": "all"},
        {"title": "x" * 300},
        {"title": "x" * 1_000_000},
    ],
)
async def test_a_list_that_does_not_fit_is_refused(
    client: Client, make: Make, form: dict[str, str]
) -> None:
    alice = await make.account("alice")
    answer = await client.post("/api/v1/lists", token=alice.token, form=form)
    assert answer.status in (413, 422)
    assert await get(client, alice, "lists") == []


async def test_conversations_are_read_and_put_away(client: Client, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    said = str(await make.status(alice, "@bob psst", visibility="direct"))
    (one,) = await get(client, bob, "conversations")
    assert (one["unread"], one["last_status"]["id"]) == (True, said)
    assert [person["username"] for person in one["accounts"]] == ["alice"]
    url = f"/api/v1/conversations/{one['id']}"
    for verb in ("read", "unread"):
        assert (await client.post(f"{url}/{verb}", token=eve.token)).status == 404
        marked = (await client.post(f"{url}/{verb}", token=bob.token)).ok()
        assert marked == {**one, "unread": verb == "unread"}
    assert (await client.delete(url, token=eve.token)).status == 404
    assert (await client.delete(url, token=bob.token)).ok() == {}
    assert await get(client, bob, "conversations") == []
    (own,) = await get(client, alice, "conversations")
    assert [person["username"] for person in own["accounts"]] == ["bob"]


async def test_markers_are_set_and_read(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    for body in ({"json": {"home": {"last_read_id": "107"}}}, {"form": {"home[last_read_id]": "108"}}):
        saved = (await client.post("/api/v1/markers", token=alice.token, **body)).ok()
    assert (saved["home"]["last_read_id"], saved["home"]["version"]) == ("108", 2)
    assert await get(client, alice, "markers", **{"timeline[]": ["home", "notifications", "odd"]}) == saved
    assert await get(client, alice, "markers") == {}
    bad = await client.post("/api/v1/markers", token=alice.token, form={"home[last_read_id]": "abc"})
    assert bad.status == 422
    assert (await client.post("/api/v1/markers", token=alice.token)).ok() == {}


async def test_hashtags_are_shown_followed_and_unfollowed(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    shown = await get(client, None, "tags/Cats")
    assert "following" not in shown
    assert (shown["name"], shown["url"], len(shown["history"])) == (
        "Cats",
        "http://localhost:8000/tags/Cats",
        7,
    )
    assert {type(value) for day in shown["history"] for value in day.values()} == {str}
    followed = (await client.post("/api/v1/tags/Cats/follow", token=alice.token)).ok()
    assert followed["following"] is True
    assert int(followed["id"]) > 0
    await client.post("/api/v1/tags/dogs/follow", token=alice.token)
    assert [one["name"] for one in await get(client, alice, "followed_tags")] == ["dogs", "Cats"]
    page = await client.get("/api/v1/followed_tags?limit=1", token=alice.token)
    after = await client.get(page.links["next"].removeprefix("http://localhost:8000"), token=alice.token)
    assert [one["name"] for one in after.ok()] == ["Cats"]
    assert (await client.post("/api/v1/tags/CATS/unfollow", token=alice.token)).ok()["following"] is False
    for name in ("two words", "123", "%3Cb%3E"):
        assert (await client.get(f"/api/v1/tags/{name}")).status == 404
        assert (await client.post(f"/api/v1/tags/{name}/follow", token=alice.token)).status == 404


@pytest.mark.parametrize("path", ["home", "public", "tag/cats", "list/{list}"])
async def test_a_timeline_takes_a_constant_number_of_statements(
    client: Client, make: Make, house: House, path: str
) -> None:
    alice = await make.account("alice")
    made = (await client.post("/api/v1/lists", token=alice.token, form={"title": "Me"})).ok()
    await client.post(
        f"/api/v1/lists/{made['id']}/accounts", token=alice.token, form={"account_ids[]": [alice.id]}
    )
    url = f"timelines/{path.format(list=made['id'])}?limit=40"
    await get(client, alice, url)
    spent = []
    for rows in (1, 40):
        authors = [await make.account(f"author{rows}x{n}") for n in range(rows - 1)]
        for author in authors:
            await make.follow(alice, author)
        if authors:
            body = {"account_ids": [author.id for author in authors]}
            await client.post(f"/api/v1/lists/{made['id']}/accounts", token=alice.token, json=body)
        for author in authors or [alice]:
            await make.status(author, "#cats")
        await get(client, alice, url)
        before = house.db.statements
        assert len(await get(client, alice, url)) == rows
        spent.append(house.db.statements - before)
    assert spent[0] == spent[1]
