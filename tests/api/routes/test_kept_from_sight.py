"""Nothing of somebody who is suspended is shown anywhere; limited and sensitised people, as it is meant."""

from __future__ import annotations

import pytest

from stoa.core.auth import sessions
from stoa.core.auth.sessions import COOKIE
from stoa.core.house import House
from stoa.core.media import store as media
from stoa.core.moderation import standing
from stoa.core.statuses import bookmark, favourite, pin
from stoa.core.statuses.reblog import reblog
from stoa.core.timelines import lists
from stoa.main import Assembled
from tests.client import Client
from tests.make import Make, Person, lies

SECRET = "xylophone"


class Scene:
    """Bob, who says SECRET everywhere he can; alice, who follows him; ids of what he said."""

    def __init__(self, alice: Person, bob: Person, post: int, hers: int, list_id: int, cookie: str) -> None:
        self.alice, self.bob, self.cookie = alice, bob, cookie
        self.post, self.hers, self.list_id = post, hers, list_id


@pytest.fixture
async def scene(house: House, make: Make) -> Scene:
    alice = await make.account("alice")
    bob = await make.account(
        "bob", display_name=f"Bob {SECRET}", note=SECRET, note_html=f"<p>{SECRET}</p>", discoverable=True,
        indexable=True, avatar_key=f"aa/bb/{SECRET}.png", header_key=f"aa/bb/{SECRET}.png",
        fields=[{"name": SECRET, "value": SECRET, "html": SECRET, "verified_at": None}],
    )  # fmt: skip
    await make.follow(alice, bob)
    await make.follow(bob, alice)
    hers = await make.status(alice, "A question.")
    post = await make.status(bob, f"{SECRET} #cats @alice", spoiler_text=SECRET)
    await make.status(bob, f"{SECRET} yes.", in_reply_to_id=hers)
    await make.status(bob, f"@alice {SECRET}", visibility="direct")
    quoting = await make.status(alice, "Look.", quote_of_id=post)
    async with house.db.write() as conn:
        await reblog(conn, alice.id, post, house.addresses)
        await reblog(conn, bob.id, hers, house.addresses)
        await bookmark.bookmark(conn, alice.id, post)
        await favourite.favourite(conn, alice.id, post)
        await favourite.favourite(conn, bob.id, hers)
        await pin.pin(conn, bob.id, post, house.settings)
        list_id = (await lists.create(conn, alice.id, "Friends")).id
        await lists.add_members(conn, list_id, alice.id, [bob.id])
        cookie = await sessions.open_session(conn, alice.id, ip="", user_agent="")
    assert quoting
    return Scene(alice, bob, post, hers, list_id, cookie)


def places(scene: Scene) -> list[str]:
    """Where bob could be met."""
    bob, post = scene.bob.id, scene.post
    return [
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/cats",
        f"/api/v1/timelines/list/{scene.list_id}",
        "/api/v1/notifications",
        "/api/v2/notifications",
        "/api/v1/conversations",
        "/api/v1/bookmarks",
        "/api/v1/favourites",
        "/api/v1/followed_tags",
        f"/api/v1/statuses/{scene.hers}/context",
        f"/api/v1/statuses/{post}/context",
        f"/api/v1/statuses/{post}",
        f"/api/v1/statuses/{post}/source",
        f"/api/v1/statuses/{post}/history",
        f"/api/v1/statuses/{scene.hers}/reblogged_by",
        f"/api/v1/statuses/{scene.hers}/favourited_by",
        f"/api/v1/accounts/{bob}",
        f"/api/v1/accounts/lookup?acct={scene.bob.username}",
        f"/api/v1/accounts/{bob}/statuses",
        f"/api/v1/accounts/{bob}/statuses?pinned=true",
        f"/api/v1/accounts/{scene.alice.id}/statuses",
        f"/api/v1/accounts/{bob}/followers",
        f"/api/v1/accounts/{scene.alice.id}/followers",
        f"/api/v1/accounts/{scene.alice.id}/following",
        f"/api/v1/accounts/search?q={scene.bob.username}",
        f"/api/v2/search?q={SECRET}",
        f"/api/v2/search?q={scene.bob.username}",
        f"/api/v1/accounts/familiar_followers?id[]={scene.alice.id}",
        f"/api/v1/lists/{scene.list_id}/accounts",
        "/api/v1/directory",
        "/api/v2/suggestions",
        "/api/v1/trends/statuses",
        "/@bob",
        "/@bob.rss",
        f"/@bob/{post}",
        f"/@alice/{scene.hers}",
        "/",
        "/public",
        "/tags/cats",
        "/notifications",
        "/search?q=yes",
    ]


async def seen(client: Client, scene: Scene, *, signed_in: bool) -> set[str]:
    found = set()
    client.cookies = {COOKIE: scene.cookie} if signed_in else {}
    for place in places(scene):
        answer = await client.get(place, token=scene.alice.token if signed_in else None)
        assert answer.status < 500, place
        if SECRET in answer.text.replace(f"q={SECRET}", ""):
            found.add(place)
    return found


async def test_nothing_of_the_suspended_is_to_be_seen(client: Client, house: House, scene: Scene) -> None:
    before = await seen(client, scene, signed_in=True) | await seen(client, scene, signed_in=False)
    # The test sees what it is about.
    assert len(before) > 25, sorted(set(places(scene)) - before)
    async with house.db.write() as conn:
        await standing.suspend(conn, scene.bob.id)
    assert await seen(client, scene, signed_in=True) == set()
    assert await seen(client, scene, signed_in=False) == set()
    bare = (await client.get(f"/api/v1/accounts/{scene.bob.id}", token=scene.alice.token)).ok()
    assert (bare["suspended"], bare["display_name"], bare["fields"]) == (True, "", [])
    assert SECRET not in bare["avatar"] + bare["header"]
    async with house.db.write() as conn:
        await standing.unsuspend(conn, scene.bob.id)
    after = await seen(client, scene, signed_in=True) | await seen(client, scene, signed_in=False)
    assert after == before


async def test_other_servers_are_shown_nothing_of_the_suspended(
    client: Client, house: House, scene: Scene
) -> None:
    async with house.db.write() as conn:
        await standing.suspend(conn, scene.bob.id)
    wanted = {"accept": "application/activity+json"}
    actor = f"/ap/users/{scene.bob.id}"
    answer = (await client.get(actor, headers=wanted)).ok()
    assert answer["suspended"] is True
    for path in (actor, f"{actor}/outbox?page=true", f"{actor}/featured", f"{actor}/followers?page=true",
                 f"{actor}/statuses/{scene.post}", f"/@bob/{scene.post}"):  # fmt: skip
        shown = await client.get(path, headers=wanted)
        assert SECRET not in shown.text, path
    assert (await client.get(f"{actor}/statuses/{scene.post}", headers=wanted)).status == 404


async def test_pictures_of_the_sensitised_stand_behind_a_warning(
    assembled: Assembled, client: Client, house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        file = await media.add(conn, account_id=bob.id, kind="image", mime="image/png", key="aa/bb/c.png")
    post = await make.status(bob, "Look.", media_ids=[file])
    async with house.db.write() as conn:
        await reblog(conn, alice.id, post, house.addresses)

    async def sensitive() -> list[bool]:
        one = (await client.get(f"/api/v1/statuses/{post}")).ok()["sensitive"]
        (boost,) = (await client.get(f"/api/v1/accounts/{alice.id}/statuses")).ok()
        note = await client.get(
            f"/ap/users/{bob.id}/statuses/{post}", headers={"accept": "application/activity+json"}
        )
        page = (await client.get(f"/@bob/{post}")).text
        return [
            one, boost["sensitive"], boost["reblog"]["sensitive"], note.ok()["sensitive"],
            "Sensitive picture" in page,
        ]  # fmt: skip

    assert await sensitive() == [False] * 5
    for verb, wanted in ((standing.sensitise, True), (standing.unsensitise, False)):
        async with house.db.write() as conn:
            await verb(conn, bob.id)
        await assembled.worker.drain()
        assert await sensitive() == [wanted] * 5


async def test_the_limited_are_met_by_their_followers_only(
    client: Client, house: House, scene: Scene, make: Make
) -> None:
    eve = await make.account("eve")
    async with house.db.write() as conn:
        await standing.limit(conn, scene.bob.id)
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/tag/cats"):
        found = (await client.get(path, token=eve.token)).ok()
        assert "bob" not in [one["account"]["username"] for one in found], path
    assert SECRET not in (await client.get("/api/v1/directory", token=eve.token)).text
    assert SECRET in (await client.get("/api/v1/timelines/home", token=scene.alice.token)).text
    shown = (await client.get(f"/api/v1/accounts/{scene.bob.id}", token=eve.token)).ok()
    assert shown["limited"] is True


async def test_files_of_the_suspended_are_not_given_away(client: Client, house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    keys = [f"aa/bb/aabb{letter * 60}.png" for letter in "ef"]
    for key in keys:
        path = lies(house, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a picture")
    async with house.db.write() as conn:
        for who, key in ((bob, keys[0]), (bob, keys[1]), (alice, keys[1])):
            await media.add(conn, account_id=who.id, kind="image", mime="image/png", key=key)

    async def given() -> list[int]:
        return [(await client.get(f"/media/{key}")).status for key in keys]

    assert await given() == [200, 200]
    for verb, wanted in ((standing.suspend, [404, 200]), (standing.unsuspend, [200, 200])):
        async with house.db.write() as conn:
            await verb(conn, bob.id)
        assert await given() == wanted
