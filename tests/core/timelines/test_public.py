"""Timelines that need no follow: public, hashtags, what one account said."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.policy.draft import Draft, RemoteMedia
from stoa.core.relationships import mute
from stoa.core.statuses import pin, reblog
from stoa.core.statuses.publish import publish
from stoa.core.timelines import views
from stoa.core.timelines.views import Shown, Wish
from stoa.db import Connection
from stoa.db.paging import Page
from tests.make import Make, Person

PAGE = Page(limit=40)


async def public(house: House, viewer: Person | None = None, **wish: bool) -> list[int]:
    async with house.db.read() as conn:
        heads = await views.public(conn, viewer.id if viewer else None, PAGE, Wish(**wish))
    return [head.id for head in heads]


async def tagged(house: House, name: str, viewer: Person | None = None, **names: list[str]) -> list[int]:
    async with house.db.read() as conn:
        heads = await views.tagged(conn, viewer.id if viewer else None, name, PAGE, **names)  # type: ignore[arg-type]
    return [head.id for head in heads]


async def of(
    house: House, who: Person, viewer: Person | None, *, tag: str | None = None, **shown: bool
) -> list[int]:
    viewer_id = viewer.id if viewer else None
    async with house.db.read() as conn:
        heads = await views.of_account(conn, who.id, viewer_id, PAGE, Shown(**shown), tagged=tag)
    return [head.id for head in heads]


async def remote_status(make: Make, author: int, **draft: object) -> int:
    return await make.status(author, "", uri=f"https://there.example/{draft}", content="<p>Hi</p>", **draft)


async def test_public_is_what_everybody_may_see_and_answers_nobody(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await make.status(alice)
    for visibility in ("unlisted", "private", "direct"):
        await make.status(alice, visibility=visibility)
    await make.status(bob, in_reply_to_id=first)
    own_thread = await make.status(alice, in_reply_to_id=first)
    async with house.db.write() as conn:
        await reblog.reblog(conn, bob.id, first, house.addresses)
    assert await public(house) == [own_thread, first]
    assert await public(house, bob) == [own_thread, first]


async def test_public_can_be_local_or_remote_or_with_media_only(house: House, make: Make) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    here, there = await make.status(alice), await remote_status(make, carl)
    picture = await remote_status(
        make, carl, media=(RemoteMedia(url="https://there.example/a.png", kind="image"),)
    )
    assert set(await public(house)) == {here, there, picture}
    assert await public(house, local=True) == [here]
    assert set(await public(house, remote=True)) == {there, picture}
    assert await public(house, only_media=True) == [picture]
    assert await public(house, local=True, remote=True) == []


async def test_the_limited_and_the_suspended_are_not_in_public(house: House, make: Make) -> None:
    limited = await make.account("limited")
    suspended = await make.account("suspended")
    for one in (limited, suspended):
        await make.status(one, "#cats")
    async with house.db.write() as conn:
        await accounts.change(conn, limited.id, limited_at=1)
        await accounts.change(conn, suspended.id, suspended_at=1)
    assert await public(house) == []
    assert await tagged(house, "cats") == []
    assert len(await of(house, limited, None)) == 1
    assert await of(house, suspended, None) == []


async def test_whom_one_blocks_or_mutes_is_not_met_in_public(house: House, make: Make) -> None:
    viewer, blocked, blocker, muted = [
        await make.account(name) for name in ("viewer", "blocked", "blocker", "muted")
    ]
    for one in (blocked, blocker, muted):
        await make.status(one, "#cats")
    await make.block(viewer, blocked)
    await make.block(blocker, viewer)
    async with house.db.write() as conn:
        await mute.mute(conn, viewer.id, muted.id)
    assert await public(house, viewer) == []
    assert await tagged(house, "cats", viewer) == []
    assert len(await public(house)) == 3
    assert len(await of(house, muted, viewer)) == 1
    assert len(await of(house, blocked, viewer)) == 1
    assert await of(house, blocker, viewer) == []


async def test_hashtags_are_found_in_any_spelling_and_combined(house: House, make: Make) -> None:
    alice = await make.account("alice")
    cats = await make.status(alice, "#Cats")
    dogs = await make.status(alice, "#dogs")
    both = await make.status(alice, "#cats and #DOGS")
    three = await make.status(alice, "#cats #dogs #birds")
    await make.status(alice, "#cats", visibility="unlisted")
    assert await tagged(house, "CATS") == [three, both, cats]
    assert await tagged(house, "cats", any_of_these=["Dogs", "nothing"]) == [three, both, dogs, cats]
    assert await tagged(house, "cats", all_of_these=["dogs"]) == [three, both]
    assert await tagged(house, "cats", all_of_these=["dogs", "birds"]) == [three]
    assert await tagged(house, "cats", none_of_these=["birds", "nothing"]) == [both, cats]
    assert await tagged(house, "cats", all_of_these=["dogs"], none_of_these=["birds"]) == [both]
    assert await tagged(house, "cats", all_of_these=["nothing"]) == []
    assert await tagged(house, "nothing", any_of_these=["birds"]) == [three]
    assert await tagged(house, "nothing") == []
    assert await tagged(house, "'\";--%_") == []


async def test_a_profile_shows_what_its_viewer_may_see(house: House, make: Make) -> None:
    alice, fan, named = [await make.account(name) for name in ("alice", "fan", "named")]
    await make.follow(fan, alice)
    posts = {
        visibility: await make.status(alice, "@named hello", visibility=visibility)
        for visibility in ("public", "unlisted", "private", "direct")
    }
    secret = await make.status(alice, "only me", visibility="direct")
    everything = [*posts.values(), secret][::-1]
    assert await of(house, alice, alice) == everything
    assert await of(house, alice, named) == everything[1:]
    assert await of(house, alice, fan) == everything[2:]
    assert await of(house, alice, None) == everything[3:]


async def test_a_profile_can_be_narrowed(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    plain = await make.status(alice)
    cats = await make.status(alice, "#Cats")
    thread = await make.status(alice, in_reply_to_id=plain)
    answer = await make.status(alice, in_reply_to_id=await make.status(bob))
    async with house.db.write() as conn:
        boost = await reblog.reblog(conn, alice.id, await make_in(conn, house, bob), house.addresses)
        await pin.pin(conn, alice.id, plain, house.settings)
    assert await of(house, alice, None) == [boost, answer, thread, cats, plain]
    assert await of(house, alice, None, exclude_replies=True) == [boost, thread, cats, plain]
    assert await of(house, alice, None, exclude_reblogs=True) == [answer, thread, cats, plain]
    assert await of(house, alice, None, pinned=True) == [plain]
    assert await of(house, alice, None, tag="cats") == [cats]
    assert await of(house, alice, None, tag="dogs") == []
    assert await of(house, alice, None, only_media=True) == []


async def make_in(conn: Connection, house: House, author: Person) -> int:
    return await publish(
        conn,
        Draft(account_id=author.id, text="boost me"),
        house.settings,
        house.addresses,
    )


async def test_boosts_on_a_profile_do_not_show_whom_one_blocks_or_may_not_see(
    house: House, make: Make
) -> None:
    alice, bob, viewer = [await make.account(name) for name in ("alice", "bob", "viewer")]
    async with house.db.write() as conn:
        boost = await reblog.reblog(conn, alice.id, await make_in(conn, house, bob), house.addresses)
    own_private = await make.status(alice, visibility="private")
    async with house.db.write() as conn:
        await reblog.reblog(conn, alice.id, own_private, house.addresses)
    assert await of(house, alice, viewer) == [boost]
    await make.block(viewer, bob)
    assert await of(house, alice, viewer) == []
    assert await of(house, alice, None) == [boost]


WALKED = {
    Wish(): "ix_statuses_public",
    Wish(local=True): "ix_statuses_local",
    Wish(remote=True): "ix_statuses_local",
}


@pytest.mark.parametrize("wish", WALKED)
def test_public_timelines_walk_a_partial_index(sqlite_template: Path, wish: Wish) -> None:
    connection = apsw.Connection(str(sqlite_template))
    sql = views._public(wish).down.compiled("sqlite").sql
    plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?"))
    steps = " ".join(str(row[3]) for row in plan)
    connection.close()
    assert f"SEARCH s USING INDEX {WALKED[wish]}" in steps
    assert "TEMP B-TREE" not in steps
