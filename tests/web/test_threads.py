"""The conversation around a post: above, its continuation, and the answers as a tree."""

from __future__ import annotations

from typing import Any

from stoa import ids
from stoa.core.house import House
from stoa.web import threads
from stoa.web.answers import HEAVY, Reply
from stoa.web.threads import MOST_BELOW, VISIBLE_LEVELS, Thread
from tests.make import Make
from tests.web.browsing import Browser, afresh


async def load(house: House, status_id: int, viewer_id: int | None = None) -> Thread:
    async with house.db.read() as conn:
        return await threads.load(conn, status_id, viewer_id)


def shape(replies: list[Reply]) -> list[object]:
    """(id, [children]) without anything else."""
    return [(reply.shown.head.id, shape(reply.replies)) for reply in replies]


async def test_answers_hang_below_what_they_answer(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = await make.status(alice, "Root")
    first = await make.status(bob, "First", in_reply_to_id=root)
    deeper = await make.status(alice, "@bob deeper", in_reply_to_id=first)
    second = await make.status(bob, "Second", in_reply_to_id=root)
    thread = await load(house, root)
    assert shape(thread.replies) == [(first, [(deeper, [])]), (second, [])]
    assert thread.count == 3
    inner = await load(house, deeper)
    assert [one.head.id for one in inner.above] == [root, first]


async def test_the_author_going_on_is_part_of_the_text_and_its_answers_stay(
    house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = await make.status(alice, "CONTINUES…")
    second = await make.status(alice, "So what follows?", in_reply_to_id=root)
    third = await make.status(alice, "And lastly.", in_reply_to_id=second)
    aside = await make.status(alice, "@bob an answer to you", in_reply_to_id=root)
    answer = await make.status(bob, "To the second part", in_reply_to_id=second)
    thread = await load(house, root)
    assert [part.head.id for part in thread.parts] == [second, third]
    assert shape(thread.replies) == [(aside, []), (answer, [])]
    assert thread.count == 2


async def test_what_one_may_not_see_is_not_there_but_what_answers_it_is(house: House, make: Make) -> None:
    alice, bob, carl = await make.account("alice"), await make.account("bob"), await make.account("carl")
    await make.follow(carl, bob)
    root = await make.status(alice, "Root")
    hidden = await make.status(bob, "For my followers", in_reply_to_id=root, visibility="private")
    below = await make.status(carl, "@bob I see it", in_reply_to_id=hidden, visibility="public")
    assert shape((await load(house, root)).replies) == [(below, [])]
    assert shape((await load(house, root, carl.id)).replies) == [(hidden, [(below, [])])]
    assert [one.head.id for one in (await load(house, below)).above] == [root]


async def test_whom_the_viewer_blocks_and_whoever_is_limited_is_not_met(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    quiet = await make.account("quiet", limited_at=1)
    root = await make.status(alice, "Root")
    await make.status(bob, "From bob", in_reply_to_id=root)
    by_quiet = await make.status(quiet, "From quiet", in_reply_to_id=root)
    await make.block(alice, bob)
    assert shape((await load(house, root, alice.id)).replies) == []
    assert (await load(house, root)).count == 1
    await make.follow(alice, quiet)
    assert shape((await load(house, root, alice.id)).replies) == [(by_quiet, [])]
    assert (await load(house, by_quiet)).post.head.id == by_quiet


async def test_deep_threads_go_on_elsewhere(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    parent = root = await make.status(alice, "Root")
    for number in range(VISIBLE_LEVELS + 3):
        author, other = (bob, "alice") if number % 2 == 0 else (alice, "bob")
        parent = await make.status(author, f"@{other} {number}", in_reply_to_id=parent)
    [reply] = (await load(house, root)).replies
    assert reply.below == VISIBLE_LEVELS + 2
    depth = 1
    while reply.replies:
        [reply] = reply.replies
        depth += 1
    assert (depth, reply.hidden) == (VISIBLE_LEVELS, 3)


async def test_a_thread_takes_as_many_queries_with_one_answer_as_with_forty(
    house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    few, many = await make.status(alice, "Few"), await make.status(alice, "Many")
    await make.status(bob, "One", in_reply_to_id=few)
    for number in range(40):
        await make.status(bob, f"Answer {number}", in_reply_to_id=many)
    counts = []
    for status_id in (few, many):
        before = afresh(house)
        await load(house, status_id)
        counts.append(house.db.statements - before)
    assert counts[0] == counts[1]
    assert MOST_BELOW > 40


async def test_long_silences_are_marked_and_heavy_branches_folded(house: House, make: Make) -> None:
    bob = await make.account("bob")
    carl, dora = await make.remote("carl@there.example"), await make.remote("dora@there.example")

    async def remote(author: int, number: int, at: int, **more: Any) -> int:
        return await make.status(
            author,
            "",
            uri=f"https://there.example/{number}",
            content=f"<p>{number}</p>",
            created_at=at,
            **more,
        )

    now = ids.now_ms()
    root = await remote(carl, 1, now - 10 * threads.QUIET_MS)
    early = await remote(dora, 2, now - 10 * threads.QUIET_MS + 1_000, in_reply_to_id=root)
    late = await remote(dora, 3, now - threads.QUIET_MS, in_reply_to_id=root)
    for number in range(HEAVY + 1):
        await make.status(bob, f"Answer {number}", in_reply_to_id=early)
    thread = await load(house, root)
    assert [(one.shown.head.id, bool(one.quiet), one.heavy) for one in thread.replies] == [
        (early, False, True),
        (late, True, False),
    ]
    quiet = [one.quiet for one in thread.replies[0].replies]
    assert quiet[0] > 9 * threads.QUIET_MS
    assert quiet[1:] == [0] * HEAVY
    page = await Browser(house).open(f"/@carl@there.example/{root}")
    assert page.faults == []
    assert "2 years later" in page.text
