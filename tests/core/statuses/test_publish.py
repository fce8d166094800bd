"""Publishing: the same verb for drafts written here and for those of other servers."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from stoa import ids
from stoa.core import events
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.policy.draft import Draft, PollDraft, RemoteMedia
from stoa.core.ports import Resolver
from stoa.core.statuses import edit, heads, mentioned, reblog, store, views
from stoa.core.statuses.model import StatusHead, StatusView
from stoa.core.statuses.publish import publish
from stoa.db import UniqueViolation
from tests.make import Make

THERE = "https://there.example"


async def seen(house: House, status_id: int) -> StatusView:
    async with house.db.read() as conn:
        return await views.get(conn, status_id)


async def head(house: House, status_id: int) -> StatusHead:
    async with house.db.read() as conn:
        return (await heads.by_ids(conn, [status_id], None))[status_id]


async def receive(house: House, account_id: int, number: int, **draft: Any) -> int:
    async with house.db.write() as conn:
        return await publish(
            conn,
            Draft(account_id=account_id, uri=f"{THERE}/{number}", url=f"{THERE}/@carl/{number}", **draft),
            house.settings,
            house.addresses,
        )


async def test_a_post_from_elsewhere_is_kept_as_it_was_sent_but_safe(house: House, make: Make) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    made_at = ids.now_ms() - 3_600_000
    root = await make.status(alice)
    status_id = await receive(
        house,
        carl,
        1,
        content='<p onclick="x()">Hi <script>alert(1)</script><strong>you</strong></p>',
        created_at=made_at,
        language="de",
        in_reply_to_id=root,
        mention_ids=(alice.id, alice.id),
        tags=("Greetings", "greetings"),
        media=(
            RemoteMedia(
                url=f"{THERE}/a.png", kind="image", description="a wall", focus_x=0.0, focus_y=1.0
            ),
        ),
        poll=PollDraft(options=("a", "b"), expires_at=made_at, votes=(3, 4), voters=5),
    )  # fmt: skip
    status = await seen(house, status_id)
    assert status.content == "<p>Hi <strong>you</strong></p>"
    assert (status.uri, status.url, status.local) == (f"{THERE}/1", f"{THERE}/@carl/1", False)
    assert (status.created_at, status.language) == (made_at, "de")
    assert ids.time_of(status.id) == made_at
    assert status.conversation_id == root
    assert [mention.account_id for mention in status.mentions] == [alice.id]
    assert len(status.tags) == 1
    [file] = status.media
    assert (file.remote_url, file.description, file.focus_y) == (f"{THERE}/a.png", "a wall", 1.0)
    assert (await head(house, root)).replies_count == 1
    async with house.db.read() as conn:
        poll = (await views.load_polls(conn, [status.poll_id or 0], None))[status.poll_id or 0]
    assert (poll.votes_count, poll.voters_count) == (7, 5)
    assert [option.votes_count for option in poll.options] == [3, 4]


async def test_what_is_here_already_is_not_stored_again(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    await receive(house, carl, 1, content="<p>once</p>")
    with pytest.raises(UniqueViolation):
        await receive(house, carl, 1, content="<p>twice</p>")


async def test_a_date_in_the_future_is_not_believed(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    status_id = await receive(house, carl, 1, content="x", created_at=ids.now_ms() + 10**9)
    assert (await seen(house, status_id)).created_at <= ids.now_ms()


async def test_nobody_elsewhere_answers_what_they_cannot_see(house: House, make: Make) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    private = await make.status(alice, "followers", visibility="private")
    with pytest.raises(NotFound):
        await receive(house, carl, 1, content="x", in_reply_to_id=private)


async def test_an_edit_from_elsewhere_changes_files_and_tallies(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    poll = PollDraft(options=("a", "b"), expires_at=ids.now_ms() + 10**6, votes=(0, 1), voters=1)
    one = RemoteMedia(url=f"{THERE}/1.png", kind="image")
    status_id = await receive(house, carl, 1, content="<p>old</p>", media=(one,), poll=poll)
    changed = Draft(
        account_id=carl,
        uri=f"{THERE}/1",
        content="<p>new</p>",
        media=(RemoteMedia(url=f"{THERE}/2.png", kind="image"),),
        poll=PollDraft(options=("a", "b"), expires_at=poll.expires_at, votes=(5, 1), voters=6),
    )
    async with house.db.write() as conn:
        await edit.edit(conn, status_id, changed, house.settings, house.addresses)
    status = await seen(house, status_id)
    assert status.content == "<p>new</p>"
    assert [file.remote_url for file in status.media] == [f"{THERE}/2.png"]
    async with house.db.read() as conn:
        tally = (await views.load_polls(conn, [status.poll_id or 0], None))[status.poll_id or 0]
    assert (tally.votes_count, tally.voters_count) == (6, 6)


async def test_a_boost_from_elsewhere_has_its_own_address_and_date(house: House, make: Make) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    root = await make.status(alice)
    made_at = ids.now_ms() - 60_000
    async with house.db.write() as conn:
        boost = await reblog.reblog(
            conn, carl, root, house.addresses, uri=f"{THERE}/boosts/1", created_at=made_at
        )
        assert [type(event) for event in conn.events] == [events.StatusReblogged]
    status = await seen(house, boost)
    assert (status.uri, status.local, status.created_at) == (f"{THERE}/boosts/1", False, made_at)
    assert (await head(house, root)).reblogs_count == 1


async def test_replies_at_once_are_all_counted(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = await make.status(alice)
    await asyncio.gather(
        *(make.status(bob if n % 2 else alice, f"{n} #same #Other", in_reply_to_id=root) for n in range(10))
    )
    assert (await head(house, root)).replies_count == 10


async def test_handles_are_known_by_any_spelling(house: House, make: Make) -> None:
    alice, carl = await make.account("Alice"), await make.remote("Carl@there.example")
    async with house.db.read() as conn:
        found = await mentioned.named(
            conn,
            ["alice", "ALICE@localhost:8000", "carl@there.example", "carl", "nobody@there.example"],
            house.settings.domain,
        )
    assert {handle: one.id for handle, one in found.items()} == {
        "alice": alice.id,
        "ALICE@localhost:8000": alice.id,
        "carl@there.example": carl,
    }


class Neighbours:
    """As much of a resolver as is asked: it knows one person, refuses one, and never finds another."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.asked: list[str] = []

    async def account(self, acct: str) -> int | None:
        self.asked.append(acct)
        if acct.startswith("slow"):
            await asyncio.sleep(3600)
        if acct.startswith("broken"):
            raise OSError("nobody answers")
        return await self.make.remote(acct)

    async def url(self, url: str) -> tuple[str, int] | None:
        return None


async def test_strangers_are_asked_for_before_the_post_and_only_so_long(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentioned, "PATIENCE_SECONDS", 0.5)
    alice = await make.account("alice")
    await make.remote("known@there.example")
    resolver = Neighbours(make)
    source = "@alice @known@there.example @new@there.example @slow@a.example @broken@b.example hello"
    await mentioned.introduce(
        house.db, cast(Resolver, resolver), source, "text/plain", house.settings.domain
    )
    assert sorted(resolver.asked) == ["broken@b.example", "new@there.example", "slow@a.example"]
    status = await seen(house, await make.status(alice, source))
    assert sorted(one.acct for one in status.mentions) == ["known@there.example", "new@there.example"]
    many = " ".join(f"@user{n}@there.example" for n in range(50))
    resolver.asked.clear()
    await mentioned.introduce(house.db, cast(Resolver, resolver), many, "text/plain", house.settings.domain)
    assert len(resolver.asked) == mentioned.MAX_INTRODUCTIONS


async def test_one_tag_is_one_however_it_is_written(house: House, make: Make) -> None:
    alice = await make.account("alice")
    first = await seen(house, await make.status(alice, "#Stoa"))
    second = await seen(house, await make.status(alice, "#STOA #stoa #ｓｔｏａ"))
    assert first.tags == second.tags == ("Stoa",)


async def test_counters_never_fall_below_zero(house: House, make: Make) -> None:
    root = await make.status(await make.account("alice"))
    async with house.db.write() as conn:
        await store.count(conn, root, "favourites_count", -5)
    assert (await head(house, root)).favourites_count == 0
