"""What the house does not want does not come in by any way: not boosted, quoted, answered or carried."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from stoa import ids
from stoa.core.accounts import store as accounts
from stoa.db import Query
from stoa.db.tables import domain_blocks, favourites, media_attachments, statuses
from stoa.federation import wants
from stoa.federation.receive import quotes
from tests.federation.elsewhere import PUBLIC, Actor
from tests.federation.receive.conftest import World
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


@pytest.fixture
async def group(world: World, alice: Person) -> Actor:
    group = world.elsewhere.actor("gardens@lemmy.example", type="Group")
    await world.follows(alice, group)
    return group


async def _block(world: World, domain: str, **said: object) -> None:
    row = {"id": ids.new_id(), "domain": domain, "severity": "suspend", "created_at": ids.now_ms(), **said}
    async with world.door.house.db.write() as conn:
        await conn.run(Query(insert(domain_blocks).values(**row)))


async def _authors(world: World) -> set[str]:
    rows = await world.all(select(statuses.c.uri).where(statuses.c.local.is_(False)))
    return {row.uri.split("/")[2] for row in rows}


@pytest.mark.parametrize("domain", ["evil.example", "under.evil.example"])
async def test_a_suspended_server_is_not_heard_inside_anything_else(
    world: World, alice: Person, carol: Actor, group: Actor, domain: str
) -> None:
    """Pleroma 2.4.0: every embedded object is asked about, not only who delivers."""
    await _block(world, "evil.example")
    mallory = world.elsewhere.actor(f"mallory@{domain}")
    note = mallory.note("<p>Boo.</p>")
    world.elsewhere.put(note)
    await world.tell(carol, carol.activity("Announce", note["id"]))
    await world.tell(carol, carol.activity("Announce", note))
    await world.tell(carol, carol.create("<p>Look.</p>", quote=note["id"]))
    await world.tell(carol, carol.create("<p>Yes.</p>", inReplyTo=note["id"]))
    tag = {"type": "Mention", "href": mallory.uri, "name": f"@mallory@{domain}"}
    await world.tell(carol, carol.create("<p>@mallory</p>", cc=[mallory.uri], tag=[tag]))
    await world.tell(group, group.activity("Announce", mallory.activity("Create", note)))
    await world.tell(group, group.activity("Announce", mallory.activity("Update", note)))
    await world.jobs(wants.STATUS, wants.AGAIN, quotes.VERIFY)
    assert await _authors(world) == {"there.example"}
    assert not any(domain in one for one in world.elsewhere.fetched)


async def test_a_suspended_author_is_not_heard_through_others(
    world: World, alice: Person, carol: Actor, group: Actor
) -> None:
    """CVE-2026-23961: by boosts and Updates."""
    dave = world.elsewhere.actor("dave@far.example")
    old = dave.note("<p>Old.</p>")
    account_id = await world.account_id(dave)
    async with world.door.house.db.write() as conn:
        await accounts.change(conn, account_id, suspended_at=ids.now_ms())
    new = dave.note("<p>New.</p>")
    for note in (old, new):
        world.elsewhere.put(note)
        await world.tell(carol, carol.activity("Announce", note["id"]))
        await world.tell(group, group.activity("Announce", dave.activity("Create", note)))
        updated = {**note, "updated": ids.iso(ids.now_ms())}
        await world.tell(dave, dave.activity("Update", updated))
        await world.tell(group, group.activity("Announce", dave.activity("Update", updated)))
    await world.jobs(wants.STATUS, wants.AGAIN, quotes.VERIFY)
    assert await world.all(select(statuses.c.id)) == []


async def test_an_old_post_of_somebody_suspended_is_passed_on_to_nobody(
    world: World, alice: Person, carol: Actor, group: Actor
) -> None:
    """CVE-2026-23961: what was here before is shown to nobody through a new boost."""
    dave = world.elsewhere.actor("dave@far.example")
    old = dave.note("<p>Old.</p>")
    world.elsewhere.put(old)
    status_id = await world.door.resolver.status(old["id"])
    account_id = await world.account_id(dave)
    async with world.door.house.db.write() as conn:
        await accounts.change(conn, account_id, suspended_at=ids.now_ms())
    await world.tell(carol, carol.activity("Announce", old["id"], to=[PUBLIC]))
    await world.tell(group, group.activity("Announce", dave.activity("Create", old), to=[PUBLIC]))
    assert await world.home(alice) == []
    assert await world.all(select(statuses.c.id).where(statuses.c.reblog_of_id == status_id)) == []


async def test_a_group_does_not_carry_what_somebody_suspended_likes(
    world: World, alice: Person, group: Actor
) -> None:
    """Its own server speaks for them, and they are not heard here all the same."""
    post_id = await world.make.status(alice, "Roses.")
    post = (await world.all(select(statuses.c.uri).where(statuses.c.id == post_id)))[0]
    dave, erin = (world.elsewhere.actor(f"{name}@lemmy.example") for name in ("dave", "erin"))
    await world.account_id(erin)
    account_id = await world.account_id(dave)
    async with world.door.house.db.write() as conn:
        await accounts.change(conn, account_id, suspended_at=ids.now_ms())
    for one in (dave, erin):
        await world.tell(group, group.activity("Announce", one.activity("Like", post.uri)))
    rows = await world.all(select(favourites.c.account_id).where(favourites.c.status_id == post_id))
    assert [row.account_id for row in rows] == [await world.account_id(erin)]


async def test_pictures_of_a_server_may_be_left_out(world: World, alice: Person, carol: Actor) -> None:
    await _block(world, "there.example", severity="noop", reject_media=True)
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://there.example/1.png"}
    emoji = {
        "type": "Emoji", "name": ":bun:",
        "icon": {"type": "Image", "url": "https://there.example/bun.png"},
    }  # fmt: skip
    note = carol.note(
        "<p>:bun:</p>", attachment=[picture], tag=[emoji], published=ids.iso(ids.now_ms() - 9000)
    )
    await world.tell(carol, carol.activity("Create", note))
    edited = {**note, "content": "<p>New.</p>", "updated": ids.iso(ids.now_ms())}
    await world.tell(carol, carol.activity("Update", edited))
    post = await world.post(note["id"])
    assert post is not None
    assert (post.content, post.emojis) == ("<p>New.</p>", ())
    assert [(one.kind, one.remote_url) for one in post.media] == [("unknown", picture["url"])]
    assert await world.all(select(media_attachments.c.key)) == [(None,)]


async def test_who_names_many_strangers_has_few_of_them_fetched_at_once_and_no_more_than_a_hundred(
    world: World, alice: Person, carol: Actor
) -> None:
    strangers = [world.elsewhere.actor(f"s{n}@s{n}.example") for n in range(120)]
    world.elsewhere.documents[strangers[33].uri] = 410
    tags = [{"type": "Mention", "href": one.uri, "name": f"@{one.acct}"} for one in strangers]
    create = carol.create("<p>All of you.</p>", cc=[one.uri for one in strangers], tag=tags)
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert len(post.mentions) == 20
    assert sum(one.uri in world.elsewhere.fetched for one in strangers) == 20
    assert await world.jobs(wants.PEOPLE) == 8
    after = await world.post(create["object"]["id"])
    assert after is not None
    assert len(after.mentions) == 99
    assert after.version > post.version
    assert sum(one.uri in world.elsewhere.fetched for one in strangers) == 100
    assert await world.told(alice) == []


async def test_a_poll_of_thousands_of_options_is_cut(world: World, alice: Person, carol: Actor) -> None:
    """CVE-2026-23962."""
    options = [{"type": "Note", "name": f"{n}"} for n in range(5_000)]
    create = carol.create("<p>?</p>", type="Question", oneOf=options)
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    answer = (await world.client.get(f"/api/v1/polls/{post.poll_id}")).ok()
    assert len(answer["options"]) == 500


@pytest.mark.parametrize(
    "content",
    [
        "<math><mrow><mi>x</math>",
        "<math>" * 3_000,
        "<div>" * 10_000 + "deep",
        "<p>\x00</p>",
        "<math><annotation-xml encoding='text/html'><script>x</script></annotation-xml></math>",
    ],
)
async def test_one_broken_post_leaves_the_timeline_whole(
    world: World, alice: Person, carol: Actor, content: str
) -> None:
    """CVE-2026-50129."""
    good = carol.create("<p>Good.</p>")
    await world.tell(carol, good)
    await world.tell(carol, carol.create(content))
    post = await world.post(good["object"]["id"])
    assert post is not None
    assert post.id in await world.home(alice)
    page = await world.client.get(f"/posts/{post.id}")
    assert page.status in (200, 302, 303, 308)


async def test_what_a_public_post_of_a_limited_author_says_is_told_to_no_stranger(
    world: World, alice: Person
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    account_id = await world.account_id(dave)
    async with world.door.house.db.write() as conn:
        await accounts.change(conn, account_id, limited_at=ids.now_ms())
    me = world.door.house.addresses.actor(alice.id)
    tag = {"type": "Mention", "href": me, "name": "@alice"}
    await world.tell(dave, dave.create("<p>@alice</p>", to=[PUBLIC], cc=[me], tag=[tag]))
    assert await world.told(alice) == []
