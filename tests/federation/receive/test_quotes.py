"""Quotes by others are shown with the leave of whom they quote, and no longer than that."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from stoa import ids
from stoa.core.statuses.model import StatusView
from stoa.core.statuses.reblog import reblog
from stoa.db import Query
from stoa.db.tables import quote_stamps, statuses
from stoa.federation.receive import quotes
from tests.federation.elsewhere import AS, PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person

ASKS = {"canQuote": {"automaticApproval": [PUBLIC]}}


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    """She quotes, and alice follows her."""
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


@pytest.fixture
async def dave(world: World, alice: Person) -> Actor:
    """He is quoted."""
    dave = world.elsewhere.actor("dave@far.example")
    await world.follows(alice, dave)
    return dave


def _stamp(author: Actor, quoting: Document, quoted: Document, **said: Any) -> Document:
    return {
        "@context": [AS, {"QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization"}],
        "id": f"{author.uri}/stamps/1",
        "type": "QuoteAuthorization",
        "attributedTo": author.uri,
        "interactingObject": quoting["id"],
        "interactionTarget": quoted["id"],
        **said,
    }


async def _get(world: World, uri: str) -> StatusView:
    post = await world.post(uri)
    assert post is not None
    return post


async def _quotes_count(world: World, status_id: int) -> int:
    rows = await world.all(select(statuses.c.quotes_count).where(statuses.c.id == status_id))
    count: int = rows[0].quotes_count
    return count


@pytest.mark.parametrize("spelling", ["quote", "_misskey_quote", "quoteUrl", "quoteUri"])
async def test_a_post_without_terms_is_quoted_as_it_always_was(
    world: World, alice: Person, carol: Actor, dave: Actor, spelling: str
) -> None:
    quoted = dave.note()
    await world.tell(dave, dave.activity("Create", quoted))
    create = carol.create("<p>Look.</p>", **{spelling: quoted["id"]})
    await world.tell(carol, create)
    post = await _get(world, create["object"]["id"])
    original = await _get(world, quoted["id"])
    assert (post.quote_of_id, post.quote_state) == (original.id, "accepted")
    assert await _quotes_count(world, original.id) == 1


async def test_an_empty_quote_is_none(world: World, alice: Person, carol: Actor) -> None:
    create = carol.create("<p>Look.</p>", quoteUrl="")
    await world.tell(carol, create)
    assert (await _get(world, create["object"]["id"])).quote_state is None


async def test_where_the_author_has_terms_a_quote_without_a_stamp_stays_a_link(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    quoted = dave.note(interactionPolicy=ASKS)
    await world.tell(dave, dave.activity("Create", quoted))
    create = carol.create("<p>Look.</p>", quote=quoted["id"])
    await world.tell(carol, create)
    await world.jobs(quotes.VERIFY)
    assert (await _get(world, create["object"]["id"])).quote_state == "pending"


async def test_a_quote_with_a_stamp_is_shown_once_the_stamp_was_seen(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    quoted = dave.note(interactionPolicy=ASKS)
    await world.tell(dave, dave.activity("Create", quoted))
    note = carol.note("<p>Look.</p>", quote=quoted["id"])
    note["quoteAuthorization"] = world.elsewhere.put(_stamp(dave, note, quoted))
    await world.tell(carol, carol.activity("Create", note))
    assert (await _get(world, note["id"])).quote_state == "pending"
    await world.jobs(quotes.VERIFY)
    post = await _get(world, note["id"])
    assert post.quote_state == "accepted"
    assert await _quotes_count(world, post.quote_of_id or 0) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"interactingObject": "https://there.example/users/carol/statuses/0"},
        {"interactionTarget": "https://far.example/users/dave/statuses/0"},
        {"attributedTo": "https://far.example/users/mallory"},
        {"attributedTo": "https://evil.example/users/mallory"},
        {"type": "ReplyAuthorization"},
        {"id": "https://far.example/users/dave/stamps/2"},
    ],
)
async def test_a_stamp_that_says_something_else_is_refused(
    world: World, alice: Person, carol: Actor, dave: Actor, wrong: Document
) -> None:
    """CVE-2026-33869."""
    quoted = dave.note(interactionPolicy=ASKS)
    await world.tell(dave, dave.activity("Create", quoted))
    note = carol.note("<p>Look.</p>", quote=quoted["id"])
    note["quoteAuthorization"] = f"{dave.uri}/stamps/1"
    world.elsewhere.documents[note["quoteAuthorization"]] = _stamp(dave, note, quoted, **wrong)
    await world.tell(carol, carol.activity("Create", note))
    await world.jobs(quotes.VERIFY)
    assert (await _get(world, note["id"])).quote_state in ("rejected", "pending")


async def test_a_stamp_of_another_server_than_the_quoted_authors_is_refused(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    quoted = dave.note(interactionPolicy=ASKS)
    await world.tell(dave, dave.activity("Create", quoted))
    note = carol.note("<p>Look.</p>", quote=quoted["id"])
    note["quoteAuthorization"] = world.elsewhere.put(
        _stamp(carol, note, quoted, attributedTo=carol.uri, id=f"{carol.uri}/stamps/1")
    )
    await world.tell(carol, carol.activity("Create", note))
    await world.jobs(quotes.VERIFY)
    assert (await _get(world, note["id"])).quote_state == "rejected"


async def test_a_stamp_counts_only_under_its_own_address(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    """Under another one its giver could not take it back: what is deleted is the id."""
    quoted = dave.note(interactionPolicy=ASKS)
    await world.tell(dave, dave.activity("Create", quoted))
    note = carol.note("<p>Look.</p>", quote=quoted["id"])
    stamp = _stamp(dave, note, quoted)
    world.elsewhere.put(stamp)
    note["quoteAuthorization"] = f"{carol.uri}/stamps/of-dave"
    world.elsewhere.documents[note["quoteAuthorization"]] = stamp
    await world.tell(carol, carol.activity("Create", note))
    await world.jobs(quotes.VERIFY)
    assert (await _get(world, note["id"])).quote_state == "rejected"


@pytest.mark.parametrize("true", [True, False])
async def test_a_stamp_is_looked_at_even_where_none_was_needed(
    world: World, alice: Person, carol: Actor, dave: Actor, true: bool
) -> None:
    quoted = dave.note()
    await world.tell(dave, dave.activity("Create", quoted))
    note = carol.note("<p>Look.</p>", quote=quoted["id"])
    said = {} if true else {"interactionTarget": f"{dave.uri}/statuses/0"}
    note["quoteAuthorization"] = world.elsewhere.put(_stamp(dave, note, quoted, **said))
    await world.tell(carol, carol.activity("Create", note))
    assert (await _get(world, note["id"])).quote_state == "pending"
    await world.jobs(quotes.VERIFY)
    assert (await _get(world, note["id"])).quote_state == ("accepted" if true else "rejected")


async def test_a_true_stamp_wins_over_a_forged_one_before_it(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    """CVE-2026-33869: a known quote could be spoiled beforehand."""
    quoted = dave.note(interactionPolicy=ASKS)
    await world.tell(dave, dave.activity("Create", quoted))
    mallory = world.elsewhere.actor("mallory@evil.example")
    note = carol.note("<p>Look.</p>", quote=quoted["id"])
    forged = _stamp(mallory, note, quoted, id=f"{mallory.uri}/stamps/1")
    note["quoteAuthorization"] = world.elsewhere.put(forged)
    await world.tell(carol, carol.activity("Create", note))
    await world.jobs(quotes.VERIFY)
    assert (await _get(world, note["id"])).quote_state == "rejected"
    note["quoteAuthorization"] = world.elsewhere.put(_stamp(dave, note, quoted))
    await world.tell(carol, carol.activity("Update", note))
    await world.jobs(quotes.VERIFY)
    assert (await _get(world, note["id"])).quote_state == "accepted"


async def test_a_stamp_may_come_after_the_quote(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    quoted = dave.note(interactionPolicy=ASKS)
    await world.tell(dave, dave.activity("Create", quoted))
    note = carol.note("<p>Look.</p>", quote=quoted["id"])
    await world.tell(carol, carol.activity("Create", note))
    note["quoteAuthorization"] = world.elsewhere.put(_stamp(dave, note, quoted))
    await world.tell(carol, carol.activity("Update", note))
    await world.jobs(quotes.VERIFY)
    post = await _get(world, note["id"])
    assert (post.quote_state, post.edited_at) == ("accepted", None)


async def test_a_stamp_that_is_taken_back_ends_the_quote_and_only_its_giver_takes_it(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    quoted = dave.note(interactionPolicy=ASKS)
    await world.tell(dave, dave.activity("Create", quoted))
    note = carol.note("<p>Look.</p>", quote=quoted["id"])
    stamp = note["quoteAuthorization"] = world.elsewhere.put(_stamp(dave, note, quoted))
    await world.tell(carol, carol.activity("Create", note))
    await world.jobs(quotes.VERIFY)
    mallory = world.elsewhere.actor("mallory@far.example")
    await world.account_id(mallory)
    await world.tell(mallory, mallory.activity("Delete", stamp))
    assert (await _get(world, note["id"])).quote_state == "accepted"
    await world.tell(dave, dave.activity("Delete", stamp))
    await world.tell(carol, carol.activity("Update", note))
    await world.jobs(quotes.VERIFY)
    post = await _get(world, note["id"])
    assert post.quote_state == "revoked"
    assert await _quotes_count(world, post.quote_of_id or 0) == 0


async def test_ours_are_quoted_with_our_stamp_and_with_nothing_else(
    world: World, alice: Person, carol: Actor
) -> None:
    mine = await world.make.status(alice)
    me = world.door.house.addresses.actor(alice.id)
    uri = f"{me}/statuses/{mine}"
    plain = carol.note("<p>Look.</p>", _misskey_quote=uri)
    pretended = carol.note("<p>Look.</p>", quote=uri, quoteAuthorization=f"{me}/quote_authorizations/5")
    stamped = carol.note("<p>Look.</p>", quote=uri, quoteAuthorization=f"{me}/quote_authorizations/7")
    async with world.door.house.db.write() as conn:
        given = {
            "id": 7, "account_id": alice.id, "status_id": mine, "quoting": stamped["id"],
            "created_at": ids.now_ms(),
        }  # fmt: skip
        await conn.run(Query(insert(quote_stamps).values(**given)))
    for note in (plain, pretended, stamped):
        await world.tell(carol, carol.activity("Create", note))
    await world.jobs(quotes.VERIFY)
    states = [(await _get(world, note["id"])).quote_state for note in (plain, pretended, stamped)]
    assert states == ["pending", "pending", "accepted"]
    assert await world.told(alice) == [("quote", stamped["id"])]


async def test_a_boost_is_not_quoted(world: World, alice: Person, carol: Actor, dave: Actor) -> None:
    """GHSA-8h43-rcqj-wpc6."""
    mine = await world.make.status(alice)
    booster = await world.account_id(dave)
    uri = f"{dave.uri}#announce/1"
    async with world.door.house.db.write() as conn:
        await reblog(conn, booster, mine, world.door.house.addresses, uri=uri)
    create = carol.create("<p>Look.</p>", quote=uri)
    await world.tell(carol, create)
    post = await _get(world, create["object"]["id"])
    assert (post.quote_of_id, post.quote_state) == (None, None)


async def test_what_the_author_may_not_see_is_not_quoted(world: World, alice: Person, carol: Actor) -> None:
    secret = await world.make.status(alice, visibility="private")
    uri = f"{world.door.house.addresses.actor(alice.id)}/statuses/{secret}"
    dave = world.elsewhere.actor("dave@far.example")
    await world.follows(alice, dave)
    create = dave.create("<p>Look.</p>", quote=uri)
    await world.tell(dave, create)
    assert (await _get(world, create["object"]["id"])).quote_of_id is None


async def test_what_is_quoted_is_fetched_and_a_circle_ends(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    """F10.10."""
    chain = [dave.note() for _ in range(6)]
    for place, note in enumerate(chain):
        note["quote"] = chain[(place + 1) % len(chain)]["id"]
        world.elsewhere.put(note)
    create = carol.create("<p>Look.</p>", quote=chain[0]["id"])
    await world.tell(carol, create)
    post = await _get(world, create["object"]["id"])
    assert post.quote_of_id == (await _get(world, chain[0]["id"])).id
    await world.jobs(quotes.VERIFY)
    found = [await _get(world, note["id"]) for note in chain]
    assert [one.quote_of_id for one in found] == [one.id for one in [*found[1:], found[0]]]
    assert {one.quote_state for one in found} == {"accepted"}


async def test_what_is_quoted_may_come_later(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    quoted = dave.note()
    create = carol.create("<p>Look.</p>", quote=quoted["id"])
    await world.tell(carol, create)
    assert (await _get(world, create["object"]["id"])).quote_of_id is None
    await world.tell(dave, dave.activity("Create", quoted))
    await world.jobs(quotes.VERIFY)
    post = await _get(world, create["object"]["id"])
    assert (post.quote_of_id, post.quote_state) == ((await _get(world, quoted["id"])).id, "accepted")
