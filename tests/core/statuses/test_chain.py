"""What an author answers to themselves is one text, seen by each as far as they may see it."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.statuses import chain
from tests.make import Make, Person
from tests.serial import Written, post


async def _parts(house: House, status_id: int, viewer: Person | None = None) -> list[int]:
    async with house.db.read() as conn:
        found = await chain.parts(conn, status_id, viewer.id if viewer else None)
    return [one.id for one in found]


async def test_from_any_part_all_of_it_is_found_in_order(house: House, make: Make) -> None:
    parts = await post(make, await make.account("alice"))
    for part in parts:
        assert await _parts(house, part) == parts


async def test_answers_of_others_and_talk_with_them_are_no_parts(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    parts = await post(make, alice)
    asked = await make.status(bob, "Why?", in_reply_to_id=parts[1])
    answer = await make.status(alice, "@bob Because.", in_reply_to_id=asked)
    aside = await make.status(alice, "@bob And look at this.", in_reply_to_id=parts[4])
    assert await _parts(house, parts[0]) == parts
    assert await _parts(house, asked) == []
    assert await _parts(house, answer) == []
    assert await _parts(house, aside) == []


async def test_what_begins_as_an_answer_to_somebody_is_no_text_of_its_own(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    asked = await make.status(bob, "Why?")
    answer = await make.status(alice, "Because.", in_reply_to_id=asked)
    more = await make.status(alice, "And because.", in_reply_to_id=answer)
    assert await _parts(house, more) == []


async def test_a_part_for_followers_is_passed_over_for_strangers(house: House, make: Make) -> None:
    alice, fan = await make.account("alice"), await make.account("fan")
    await make.follow(fan, alice)
    first = await make.status(alice, "One.")
    second = await make.status(alice, "Two.", in_reply_to_id=first, visibility="private")
    third = await make.status(alice, "Three.", in_reply_to_id=second)
    assert await _parts(house, first) == [first, third]
    assert await _parts(house, first, fan) == [first, second, third]
    assert await _parts(house, second) == []


async def test_it_ends_at_the_most_that_are_asked_for(house: House, make: Make) -> None:
    alice = await make.account("alice")
    many = tuple(Written(f"Part {n}.") for n in range(12))
    before, chain.MAX_PARTS = chain.MAX_PARTS, 10
    try:
        parts = await post(make, alice, many)
        assert await _parts(house, parts[0]) == parts[:10]
    finally:
        chain.MAX_PARTS = before
