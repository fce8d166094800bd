"""Quotes and replies that others have to agree to, and agreement taken back."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.house import House
from stoa.core.statuses import delete, quotes
from stoa.core.statuses import views as status_views
from stoa.db import Query, insert
from stoa.db.tables import quote_stamps
from stoa.federation import origins, store
from stoa.federation.deliver import consent
from stoa.federation.deliver.consent import Asked
from stoa.federation.render.context import PUBLIC
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make, Person

CAROL = "https://there.example/users/carol"
ONE = "https://there.example/1"
STAMP = "https://there.example/stamps/1"
_add_stamp = insert(quote_stamps, "id", "account_id", "status_id", "quoting", "created_at")
_stamps = Query(quote_stamps.select())


async def _quote(make: Make, author: Person, carol: int, **draft: Any) -> int:
    said = await make.status(carol, uri=ONE, content="<p>One.</p>")
    return await make.status(author, "Hear, hear.", quote_of_id=said, **draft)


async def _answer(house: House, asked: Asked, by: int, stamp: str | None) -> None:
    async with house.db.write() as conn:
        await consent.accepted(conn, house, asked, by, stamp)


async def _state(house: House, status_id: int) -> str | None:
    async with house.db.read() as conn:
        return (await status_views.get(conn, status_id)).quote_state


async def test_a_quote_asks_with_the_post_inside(house: House, make: Make, office: PostOffice) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await office.neighbour("dan@far.example", follows=alice)
    status_id = await _quote(make, alice, carol)
    create, request = await office.letters()
    assert create.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    assert "quoteAuthorization" not in create.document["object"]
    assert request.inboxes == [f"{CAROL}/inbox"]
    said = request.document
    assert (said["type"], said["object"], said["to"]) == ("QuoteRequest", ONE, [CAROL])
    assert said["instrument"]["id"] == create.document["object"]["id"]
    assert said["instrument"]["quote"] == ONE
    async with house.db.read() as conn:
        found = await consent.find_request(conn, house, said["id"])
        same = await consent.find_request(conn, house, None, said["instrument"]["id"])
    assert found == same == Asked("QuoteRequest", status_id)


async def test_whoever_is_quoted_is_not_shown_what_was_not_meant_for_them(
    make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await _quote(make, alice, carol, visibility="private")
    (request,) = await office.letters()
    assert request.kind == "QuoteRequest"
    assert isinstance(request.document["instrument"], str)


async def test_consent_to_a_quote_is_told_to_all_readers(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await office.neighbour("dan@far.example", follows=alice)
    status_id = await _quote(make, alice, carol)
    await office.clear()
    await _answer(house, Asked("QuoteRequest", status_id), carol, STAMP)
    assert await _state(house, status_id) == "accepted"
    letter = await office.letter()
    assert letter.kind == "Update"
    assert letter.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    assert letter.document["object"]["quoteAuthorization"] == STAMP
    assert "updated" not in letter.document["object"]


@pytest.mark.parametrize("stamp", [None, "https://evil.example/stamps/1", "https://far.example/1"])
async def test_consent_counts_only_with_a_stamp_of_the_quoted_server(
    house: House, make: Make, office: PostOffice, stamp: str | None
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    status_id = await _quote(make, alice, carol)
    await _answer(house, Asked("QuoteRequest", status_id), carol, stamp)
    assert await _state(house, status_id) == "pending"


async def test_consent_counts_only_from_who_is_quoted(house: House, make: Make, office: PostOffice) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    mallory = await office.neighbour("mallory@there.example")
    status_id = await _quote(make, alice, carol)
    await _answer(house, Asked("QuoteRequest", status_id), mallory, STAMP)
    async with house.db.write() as conn:
        await consent.rejected(conn, Asked("QuoteRequest", status_id), mallory)
    assert await _state(house, status_id) == "pending"


async def test_refusal_takes_the_quote_out_even_after_consent(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await office.neighbour("dan@far.example", follows=alice)
    status_id = await _quote(make, alice, carol)
    await _answer(house, Asked("QuoteRequest", status_id), carol, STAMP)
    await office.clear()
    async with house.db.write() as conn:
        await consent.rejected(conn, Asked("QuoteRequest", status_id), carol)
    assert await _state(house, status_id) == "rejected"
    note = (await office.letter()).document["object"]
    assert not {"quote", "quoteUri", "quoteUrl", "_misskey_quote", "quoteAuthorization"} & set(note)
    assert "quote-inline" not in note["content"]


async def test_quotes_among_members_and_of_oneself_ask_nobody(make: Make, office: PostOffice) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await office.neighbour("dan@far.example", follows=alice)
    for author in (alice, bob):
        await make.status(alice, "See above.", quote_of_id=await make.status(author, "Above."))
    assert {letter.kind for letter in await office.letters()} == {"Create"}


async def test_a_stamp_taken_back_is_deleted_for_all_who_know_the_quote(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    carol = await office.neighbour()
    quoted = await make.status(alice, "Quote me.")
    quoting = await make.status(
        carol, uri=ONE, content="<p>Ha.</p>", quote_of_id=quoted, quote_state="accepted"
    )
    async with house.db.write() as conn:
        await conn.run(_add_stamp, id=77, account_id=alice.id, status_id=quoted, quoting=ONE, created_at=1)
    await office.clear()
    await office.with_keys(alice)
    async with house.db.write() as conn:
        await quotes.revoke(conn, alice.id, quoted, quoting)
    letter = await office.letter()
    actor = house.addresses.actor(alice.id)
    stamp = house.addresses.quote_authorization(actor, 77)
    assert letter.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    assert letter.document["type"] == "Delete"
    assert letter.document["object"] == {"id": stamp, "type": "QuoteAuthorization"}
    assert "proof" in letter.document
    async with house.db.read() as conn:
        assert await conn.all(_stamps) == []
        assert await store.is_buried(conn, stamp, actor)


async def _restricted(house: House, make: Make, carol: int) -> int:
    said = await make.status(carol, uri=ONE, content="<p>One.</p>")
    async with house.db.write() as conn:
        policy = {"can_reply": {"automatic": [CAROL], "manual": [PUBLIC]}}
        await origins.put(conn, said, policy=policy)
    return said


async def test_a_reply_that_needs_leave_goes_to_nobody_else_before_it_has_it(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await office.neighbour("dan@far.example", follows=alice)
    said = await _restricted(house, make, carol)
    status_id = await make.status(alice, "May I?", in_reply_to_id=said)
    request = await office.letter()
    assert request.inboxes == [f"{CAROL}/inbox"]
    assert (request.document["type"], request.document["object"]) == ("ReplyRequest", ONE)
    assert request.document["instrument"]["inReplyTo"] == ONE
    async with house.db.read() as conn:
        asked = await consent.find_request(conn, house, request.document["id"])
    assert asked == Asked("ReplyRequest", status_id)
    await office.clear()
    for by, stamp in ((carol, None), (carol, "https://evil.example/1"), (carol + 1, STAMP)):
        await _answer(house, asked, by, stamp)
    assert await office.letters() == []
    await _answer(house, asked, carol, STAMP)
    create = await office.letter()
    assert create.kind == "Create"
    assert create.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    note = create.document["object"]
    assert note["replyAuthorization"] == note["approvedBy"] == STAMP


async def test_a_reply_that_was_never_let_out_is_deleted_quietly(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    said = await _restricted(house, make, carol)
    status_id = await make.status(alice, "May I?", in_reply_to_id=said)
    await office.work()
    async with house.db.write() as conn:
        await delete.delete(conn, alice.id, status_id)
    assert "ReplyRequest" not in [letter.kind for letter in await office.letters()]


async def test_the_author_and_those_mentioned_need_no_leave(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    said = await make.status(carol, uri=ONE, content="<p>Alice?</p>", mention_ids=(alice.id,))
    async with house.db.write() as conn:
        await origins.put(conn, said, policy={"can_reply": {"automatic": [CAROL], "manual": []}})
    await make.status(alice, "Yes?", in_reply_to_id=said)
    assert (await office.letter()).kind == "Create"
