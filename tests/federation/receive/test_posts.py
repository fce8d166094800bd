"""Posts of others, delivered or looked for, are kept as their authors wrote them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.accounts import store as accounts
from stoa.core.auth import sessions
from stoa.core.statuses import visibility
from stoa.db.tables import mentions, statuses
from stoa.federation.missing import NotResolved
from tests.federation.elsewhere import PUBLIC, Actor
from tests.federation.receive.conftest import World
from tests.make import Person

AGES_AGO = "2024-05-06T07:08:09Z"


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    """Somebody elsewhere whom alice follows."""
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


def _actor_id(world: World, person: Person) -> str:
    return world.door.house.addresses.actor(person.id)


async def _sees(world: World, uri: str, viewer: int | None) -> bool:
    post = await world.post(uri)
    assert post is not None
    async with world.door.house.db.read() as conn:
        return post.id in await visibility.visible(conn, [post.id], viewer)


async def test_a_post_stands_in_the_homes_of_those_who_follow_its_author(
    world: World, alice: Person, carol: Actor
) -> None:
    create = carol.create("<p>Fresh bread.</p>", contentMap={"en": "<p>Fresh bread.</p>"})
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert (post.content, post.language, post.visibility) == ("<p>Fresh bread.</p>", "en", "public")
    assert not post.local
    assert post.url == create["object"]["id"]
    assert await world.home(alice) == [post.id]


@pytest.mark.parametrize("times", [2, 10])
async def test_a_post_that_comes_often_is_one_post(
    world: World, alice: Person, carol: Actor, times: int
) -> None:
    create = carol.create()
    for inbox in ["/inbox", f"/ap/users/{alice.id}/inbox"] * (times // 2):
        await world.tell(carol, create, inbox=inbox)
    assert len(await world.home(alice)) == 1


async def test_what_concerns_nobody_here_is_not_kept(world: World, alice: Person) -> None:
    mallory = world.elsewhere.actor("mallory@evil.example")
    create = mallory.create("<p>Buy this.</p>")
    await world.tell(mallory, create)
    assert await world.post(create["object"]["id"]) is None


async def test_who_is_tagged_and_addressed_is_told(world: World, alice: Person, carol: Actor) -> None:
    me = _actor_id(world, alice)
    dave = world.elsewhere.actor("dave@far.example")
    tag = {"type": "Mention", "href": me, "name": "@alice"}
    create = dave.create("<p>@alice look</p>", to=[PUBLIC], cc=[me], tag=[tag])
    await world.tell(dave, create)
    assert await world.told(alice) == [("mention", create["object"]["id"])]
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert [one.account_id for one in post.mentions] == [alice.id]


async def test_who_is_addressed_but_not_tagged_sees_it_and_is_not_told(world: World, alice: Person) -> None:
    bob = await world.make.account("bob")
    dave = world.elsewhere.actor("dave@far.example")
    create = dave.create("<p>Between us.</p>", to=[_actor_id(world, alice)], cc=[])
    await world.tell(dave, create)
    uri = create["object"]["id"]
    assert await world.told(alice) == []
    assert await _sees(world, uri, alice.id)
    assert not await _sees(world, uri, bob.id)
    assert not await _sees(world, uri, None)
    post = await world.post(uri)
    assert post is not None
    assert post.visibility == "direct"
    assert post.mentions == ()


@pytest.mark.parametrize("name", ["bto", "bcc"])
async def test_whoever_gets_a_hidden_copy_sees_it_and_nobody_learns_of_that(
    world: World, alice: Person, name: str
) -> None:
    bob = await world.make.account("bob")
    dave = world.elsewhere.actor("dave@far.example")
    tag = {"type": "Mention", "href": _actor_id(world, bob), "name": "@bob"}
    create = dave.create(
        "<p>@bob</p>", to=[_actor_id(world, bob)], cc=[], tag=[tag], **{name: [_actor_id(world, alice)]}
    )
    await world.tell(dave, create)
    uri = create["object"]["id"]
    assert await _sees(world, uri, alice.id)
    assert await world.told(alice) == []
    assert not await _sees(world, uri, None)
    post = await world.post(uri)
    assert post is not None
    assert [one.account_id for one in post.mentions] == [bob.id]


async def test_who_is_tagged_but_not_addressed_is_not_told_and_sees_nothing_private(
    world: World, alice: Person
) -> None:
    bob = await world.make.account("bob")
    dave = world.elsewhere.actor("dave@far.example")
    tag = {"type": "Mention", "href": _actor_id(world, bob), "name": "@bob"}
    create = dave.create("<p>About @bob.</p>", to=[_actor_id(world, alice)], cc=[], tag=[tag])
    await world.tell(dave, create)
    assert await world.told(bob) == []
    assert not await _sees(world, create["object"]["id"], bob.id)


async def test_somebody_may_be_named_by_their_page(world: World, alice: Person, carol: Actor) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    await world.account_id(dave)
    page = dave.document["url"]
    tag = {"type": "Mention", "href": page, "name": "@dave@far.example"}
    create = carol.create("<p>@dave</p>", cc=[dave.uri], tag=[tag])
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert [one.acct for one in post.mentions] == ["dave@far.example"]


async def test_nobody_is_named_by_a_page_that_they_only_claim(
    world: World, alice: Person, carol: Actor
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    mallory = world.elsewhere.actor("mallory@evil.example", url=dave.document["url"])
    await world.account_id(mallory)
    tag = {"type": "Mention", "href": dave.document["url"], "name": "@dave@far.example"}
    create = carol.create("<p>@dave</p>", cc=[mallory.uri, dave.uri], tag=[tag])
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert "mallory@evil.example" not in [one.acct for one in post.mentions]


async def test_people_who_are_named_are_met_and_a_dead_server_is_not_waited_for(
    world: World, alice: Person, carol: Actor
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    tags = [
        {"type": "Mention", "href": dave.uri, "name": "@dave@far.example"},
        {"type": "Mention", "href": "https://nowhere.example/u/1", "name": "@x@nowhere.example"},
    ]
    create = carol.create("<p>@dave @x</p>", cc=[dave.uri, "https://nowhere.example/u/1"], tag=tags)
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert [one.acct for one in post.mentions] == ["dave@far.example"]


@pytest.mark.parametrize(
    ("to", "cc", "expected"),
    [
        ([PUBLIC], ["{followers}"], "public"),
        (["as:Public"], [], "public"),
        (["{followers}"], ["Public"], "unlisted"),
        (["{followers}"], [], "private"),
        ([], ["{followers}"], "private"),
        (["{me}"], [], "direct"),
    ],
)
async def test_the_audience_says_who_sees_it(
    world: World, alice: Person, carol: Actor, to: list[str], cc: list[str], expected: str
) -> None:
    names = {"followers": carol.followers, "me": _actor_id(world, alice)}
    create = carol.create(to=[one.format(**names) for one in to], cc=[one.format(**names) for one in cc])
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert post.visibility == expected


async def test_the_time_of_a_post_is_never_in_the_future_and_never_before_time(
    world: World, alice: Person, carol: Actor
) -> None:
    for published in ("2999-01-01T00:00:00Z", "1901-01-01T00:00:00Z", "0001-01-01T00:00:00Z", None, "soon"):
        create = carol.create(published=published)
        await world.tell(carol, create)
        post = await world.post(create["object"]["id"])
        assert post is not None
        assert 0 < post.created_at <= ids.now_ms()
        assert post.id > 0


async def test_many_posts_of_one_millisecond_are_kept(world: World, alice: Person, carol: Actor) -> None:
    """Imported blogs say midnight for everything; ids are made of times."""
    creates = [carol.create(published="2020-01-01T00:00:00Z") for _ in range(5)]
    for create in creates:
        ids._sequence = 7
        await world.tell(carol, create)
    assert all([await world.post(one["object"]["id"]) for one in creates])


@pytest.mark.parametrize("kind", ["Article", "Page", "Video", "Event"])
async def test_what_has_a_title_is_shown_whole(
    world: World, alice: Person, carol: Actor, kind: str
) -> None:
    create = carol.create(
        "<p>The whole text.</p>", type=kind, name="Bread &amp; butter", summary="An excerpt."
    )
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert post.title == "Bread & butter"
    assert "The whole text." in post.content
    assert post.spoiler_text == ""
    shown = (await world.client.get(f"/api/v1/statuses/{post.id}")).ok()["content"]
    assert shown.startswith("<p><strong>Bread &amp; butter</strong></p>")


async def test_what_its_author_gives_for_a_long_article_stands_for_it_in_a_list(
    world: World, alice: Person, carol: Actor
) -> None:
    words = "<p>" + "The whole text. " * 200 + "</p>"
    start = '<p>A start.<script>alert(1)</script></p><p><a href="https://there.example/1">More</a></p>'
    create = carol.create(words, type="Article", name="Bread", summary=start)
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert "script" not in post.teaser
    async with world.door.house.db.write() as conn:
        cookie = await sessions.open_session(conn, alice.id, ip="127.0.0.1", user_agent="test")
    world.client.cookies["stoa_session"] = cookie
    page = (await world.client.get("/")).text
    assert "A start." in page
    assert "The whole text." not in page
    changed = {**create["object"], "summary": "<p>Another.</p>", "updated": "2030-01-01T00:00:00Z"}
    await world.tell(carol, carol.activity("Update", changed))
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert post.teaser == "<p>Another.</p>"


async def test_a_hundred_thousand_characters_are_kept(world: World, alice: Person, carol: Actor) -> None:
    words = "<p>" + "bread " * 20_000 + "</p>"
    create = carol.create(words)
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert post.content.count("bread") == 20_000


async def test_what_is_attached_stays_where_it_is(world: World, alice: Person, carol: Actor) -> None:
    pictures = [
        {
            "type": "Document", "mediaType": "image/png", "url": f"https://there.example/{n}.png",
            "name": f"Picture {n}", "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        }
        for n in range(6)
    ]  # fmt: skip
    emoji = {
        "type": "Emoji", "id": None, "name": ":bun:",
        "icon": {"type": "Image", "url": "https://there.example/bun.png"},
    }  # fmt: skip
    create = carol.create("<p>:bun:</p>", attachment=pictures, tag=[emoji])
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert [one.remote_url for one in post.media] == [one["url"] for one in pictures]
    assert post.media[0].description == "Picture 0"
    assert [one.shortcode for one in post.emojis] == ["bun"]


async def test_html_is_made_harmless_once(world: World, alice: Person, carol: Actor) -> None:
    create = carol.create('<p onclick="x()">Hi<script>alert(1)</script><a href="javascript:x">y</a></p>')
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert "script" not in post.content
    assert "onclick" not in post.content


async def test_what_was_looked_for_long_after_it_was_written_is_news_to_nobody(
    world: World, alice: Person, carol: Actor
) -> None:
    me = _actor_id(world, alice)
    tag = {"type": "Mention", "href": me, "name": "@alice"}
    note = carol.note("<p>@alice</p>", published=AGES_AGO, cc=[me], tag=[tag])
    world.elsewhere.put(note)
    assert await world.door.resolver.status(note["id"])
    assert await world.told(alice) == []
    assert await world.home(alice) == []


async def test_a_post_of_a_suspended_author_is_kept_by_no_way(
    world: World, alice: Person, carol: Actor
) -> None:
    async with world.door.house.db.write() as conn:
        await accounts.change(conn, await world.account_id(carol), suspended_at=ids.now_ms())
    create = carol.create()
    await world.tell(carol, create)
    note = carol.note()
    world.elsewhere.put(note)
    with pytest.raises(NotResolved):
        await world.door.resolver.status(note["id"])
    await world.tell(carol, carol.activity("Update", {**note, "updated": "2999-01-01T00:00:00Z"}))
    assert await world.all(select(statuses.c.id)) == []


async def test_a_repeated_create_by_somebody_else_shows_a_private_post_to_nobody(
    world: World, alice: Person, carol: Actor
) -> None:
    """CVE-2024-37903."""
    bob = await world.make.account("bob")
    mallory = world.elsewhere.actor("mallory@evil.example")
    private = carol.create("<p>For my followers.</p>", to=[carol.followers], cc=[])
    await world.tell(carol, private)
    uri = private["object"]["id"]
    forged = mallory.activity("Create", {**private["object"], "to": [_actor_id(world, bob)]})
    await world.tell(mallory, forged, inbox=f"/ap/users/{bob.id}/inbox")
    await world.tell(carol, private, inbox=f"/ap/users/{bob.id}/inbox")
    assert not await _sees(world, uri, bob.id)
    assert await _sees(world, uri, alice.id)
    assert await world.all(select(mentions.c.account_id)) == []


async def test_what_comes_to_ones_own_inbox_is_for_one_if_its_author_sent_it(
    world: World, alice: Person
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    create = dave.create("<p>A hidden copy.</p>", to=[], cc=[])
    await world.tell(dave, create, inbox=f"/ap/users/{alice.id}/inbox")
    assert await _sees(world, create["object"]["id"], alice.id)
    assert await world.told(alice) == []


async def test_a_question_may_come_bare(world: World, alice: Person, carol: Actor) -> None:
    question = carol.note(
        "<p>Rye?</p>",
        type="Question",
        oneOf=[{"type": "Note", "name": "Yes"}, {"type": "Note", "name": "No"}],
    )
    await world.tell(carol, question)
    post = await world.post(question["id"])
    assert post is not None
    assert post.poll_id is not None
