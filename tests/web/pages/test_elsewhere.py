"""People and posts of other servers, on our pages: whole, marked as what they are, and never fetched
from anywhere but here.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from sqlalchemy import insert, update

from stoa.core.accounts import store as accounts
from stoa.core.accounts import views as account_views
from stoa.core.house import House
from stoa.core.media import emojis
from stoa.core.media.emojis import Foreign
from stoa.core.policy.draft import RemoteMedia
from stoa.core.statuses import reblog
from stoa.db import Query
from stoa.db.tables import accounts as accounts_table
from stoa.db.tables import remote_actors, statuses
from tests.federation.elsewhere import Elsewhere
from tests.make import Make
from tests.web.browsing import Browser, Page, browser_of

CAROL = "carol@there.example"
_LOADED = re.compile(
    r'<(?:img|video|audio|source|script|iframe|embed)[^>]* (?:src|poster|srcset)="([^"]*)"'
)
MATHS = '<p>So <math display="block"><mfrac><mi>a</mi><mi>b</mi></mfrac></math> it is.</p>'


async def posted(make: Make, author: int, content: str, **draft: object) -> int:
    number = draft.pop("number", 1)
    return await make.status(
        author, "", uri=f"https://there.example/notes/{number}", url=f"https://there.example/@carol/{number}",
        content=content, **draft,
    )  # fmt: skip


def asks_nobody_else(page: Page) -> None:
    """Whatever a browser loads by itself lies here."""
    loaded = _LOADED.findall(page.answer.text)
    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded), loaded


async def test_a_profile_says_where_it_lives_and_that_something_may_be_missing(
    house: House, make: Make
) -> None:
    face = "https://there.example/face.png"
    carol = await make.remote(CAROL, display_name="Carol C. :cat:", avatar_remote_url=face)
    async with house.db.write() as conn:
        await emojis.put_remote(conn, "there.example", [Foreign("cat", "https://there.example/cat.png")])
        await accounts.change(conn, carol, note_html="<p>Of the harbour :cat:</p>")
    await posted(make, carol, "<p>Ships.</p>")
    page = await Browser(house).open(f"/@{CAROL}")
    assert "@carol@there.example" in page.text
    assert "may be missing" in page.text
    assert page.leads_to("https://there.example/@carol")
    assert "Ships." in page.text
    assert page.meta("robots") == ["noindex"]
    assert page.answer.text.count('<img class="emoji"') >= 2
    asks_nobody_else(page)


async def test_a_domain_is_shown_in_letters(house: House, make: Make) -> None:
    await make.remote("carol@xn--bcher-kva.example")
    page = await Browser(house).open("/@carol@xn--bcher-kva.example")
    assert "@carol@bücher.example" in page.text


async def test_a_verified_link_is_marked(house: House, make: Make) -> None:
    fields = [{"name": "Web", "value": "https://c.example", "verified_at": 1_790_000_000_000,
               "html": '<a href="https://c.example" rel="me">c.example</a>'},
              {"name": "Also", "value": "x", "html": "x", "verified_at": None}]  # fmt: skip
    await make.remote(CAROL, fields=fields)
    page = await Browser(house).open(f"/@{CAROL}")
    assert page.answer.text.count(">verified<") == 1
    assert page.leads_to("https://c.example")


async def test_who_moved_is_followed_where_they_are_now(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await make.remote(CAROL, display_name="Carol", moved_to_id=alice.id)
    page = await Browser(house).open(f"/@{CAROL}")
    assert "Carol has moved to @alice@localhost:8000" in page.text
    assert page.leads_to("/@alice")


async def test_a_group_is_called_one_and_what_it_passes_on_is_its_authors(house: House, make: Make) -> None:
    group = await make.remote("harbour@groups.example", display_name="Harbour talk", actor_type="Group")
    carol = await make.remote(CAROL)
    status_id = await posted(make, carol, "<p>Ships.</p>", title="On ships")
    async with house.db.write() as conn:
        await reblog.reblog(conn, group, status_id, house.addresses, uri="https://groups.example/a/1")
    page = await Browser(house).open("/@harbour@groups.example")
    assert "Group" in page.text
    assert "In the group Harbour talk" in page.text
    assert "boosted" not in page.text


async def test_an_article_is_shown_whole_with_its_formulas(house: House, make: Make) -> None:
    carol = await make.remote(CAROL, display_name="Carol")
    body = "<h2>First</h2><p>Long.</p>" + "<p>It goes on and on and on.</p>" * 400 + MATHS
    status_id = await posted(make, carol, body, title="On & about harbours")
    page = await Browser(house).open(f"/@{CAROL}/{status_id}")
    assert "On & about harbours" in page.text
    assert page.answer.text.count("It goes on and on and on.") >= 400
    assert "<mfrac>" in page.answer.text
    assert page.leads_to("https://there.example/@carol/1")
    assert "Open the original on there.example" in page.text
    assert page.link("canonical") == ["https://there.example/@carol/1"]
    listed = await Browser(house).open(f"/@{CAROL}")
    assert listed.answer.text.count("It goes on and on and on.") < 60
    assert "On & about harbours" in listed.text


async def test_a_conversation_of_several_servers_is_one_page(house: House, make: Make) -> None:
    carol, alice = await make.remote(CAROL), await make.account("alice")
    root = await posted(make, carol, "<p>From the harbour.</p>")
    ours = await make.status(alice, "From the house.", in_reply_to_id=root)
    await posted(make, carol, "<p>From the sea.</p>", number=2, in_reply_to_id=ours)
    page = await Browser(house).open(f"/@{CAROL}/{root}")
    assert page.text.index("From the harbour.") < page.text.index("From the house.")
    assert page.text.index("From the house.") < page.text.index("From the sea.")
    assert "not reached this server" in page.text
    from_ours = await Browser(house).open(f"/@alice/{ours}")
    assert "From the harbour." in from_ours.text
    assert "From the sea." in from_ours.text


async def test_all_attachments_are_shown(house: House, make: Make) -> None:
    carol = await make.remote(CAROL)
    many = [
        RemoteMedia(
            url=f"https://f.example/{n}.jpg", kind="image", mime="image/jpeg", description=f"No {n}"
        )
        for n in range(20)
    ]
    film = RemoteMedia(url="https://f.example/f.mp4", kind="video", mime="video/mp4", description="A wave")
    sound = RemoteMedia(url="https://f.example/f.mp3", kind="audio", mime="audio/mpeg")
    status_id = await posted(make, carol, "<p>Look.</p>", media=(*many, film, sound))
    page = await Browser(house).open(f"/@{CAROL}/{status_id}")
    assert all(f'alt="No {n}"' in page.answer.text for n in range(20))
    assert page.answer.text.count("<video ") == page.answer.text.count("<audio ") == 1
    assert page.leads_to("https://f.example/f.mp4")
    policy = page.answer.headers["content-security-policy"]
    assert "img-src 'self'" in policy
    assert "media-src 'self'" in policy
    asks_nobody_else(page)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("pending", "once its author agrees"),
        ("rejected", "did not agree"),
        ("revoked", "no longer wants it quoted"),
        ("accepted", "quoted words"),
    ],
)
async def test_a_quote_is_shown_when_its_author_agrees(
    house: House, make: Make, state: str, words: str
) -> None:
    alice = await make.account("alice")
    quoted = await make.status(alice, "The quoted words.")
    carol = await make.remote(CAROL)
    link = '<p class="quote-inline">RE: <a href="https://x.example">x</a></p><p>I say.</p>'
    status_id = await posted(make, carol, link, quote_of_id=quoted, quote_state=state)
    page = await Browser(house).open(f"/@{CAROL}/{status_id}")
    assert words in page.text
    assert ("The quoted words." in page.text) == (state == "accepted")


async def test_a_quote_of_what_is_gone_says_so(house: House, make: Make) -> None:
    carol = await make.remote(CAROL)
    status_id = await posted(make, carol, "<p>I say.</p>")
    async with house.db.write() as conn:
        gone = update(statuses).where(statuses.c.id == status_id).values(quote_state="accepted")
        await conn.run(Query(gone))
    page = await Browser(house).open(f"/@{CAROL}/{status_id}")
    assert "The quoted post was deleted." in page.text


@pytest.fixture
async def hidden(house: House, make: Make) -> int:
    """A post of carol's, whose server does not want her to be shown to visitors."""
    carol = await make.remote(CAROL)
    async with house.db.write() as conn:
        row = {"account_id": carol, "host": "there.example", "inbox": "https://there.example/inbox",
               "members_only": True, "fetched_at": 1}  # fmt: skip
        await conn.run(Query(insert(remote_actors).values(row)))
    return await posted(make, carol, "<p>For members only, #harbours.</p>", tags=("harbours",))


async def test_who_wants_to_be_seen_by_members_alone_is_not_shown_to_visitors(
    house: House, make: Make, hidden: int
) -> None:
    alice = await make.account("alice")
    await make.status(alice, "From the house. #harbours", in_reply_to_id=hidden)
    visitor, member = Browser(house), await browser_of(house, alice)
    for path in (f"/@{CAROL}", f"/@{CAROL}/with_replies", f"/@{CAROL}.rss"):
        answer = await visitor.ask(path)
        assert answer.status in (303, 401), path
        assert "For members only" not in answer.text
    assert (await visitor.ask(f"/@{CAROL}/{hidden}")).status == 404
    async with house.db.read() as conn:
        carol = await account_views.find_by_acct(conn, CAROL, house.settings.domain)
    for what in (f"post={hidden}", f"person={carol}"):
        assert (await visitor.ask(f"/interact?{what}")).status == 404
    for path in ("/tags/harbours", "/public", "/@alice/with_replies"):
        page = await visitor.open(path)
        assert "For members only" not in page.text, path
    for path in (f"/@{CAROL}", f"/@{CAROL}/{hidden}", "/tags/harbours"):
        assert "For members only" in (await member.open(path)).text, path


async def test_whoever_is_suspended_has_no_page(house: House, make: Make) -> None:
    carol = await make.remote(CAROL, avatar_remote_url="https://there.example/face.png")
    status_id = await posted(make, carol, "<p>Ships.</p>")
    async with house.db.write() as conn:
        one = update(accounts_table).where(accounts_table.c.id == carol).values(suspended_at=1)
        await conn.run(Query(one))
    for path in (f"/@{CAROL}", f"/@{CAROL}/{status_id}", f"/interact?person={carol}"):
        assert (await Browser(house).ask(path)).status == 404


async def test_visitors_have_a_way_to_do_each_thing_from_their_own_server(house: House, make: Make) -> None:
    carol = await make.remote(CAROL, display_name="Carol")
    status_id = await posted(make, carol, "<p>Ships.</p>")
    page = await Browser(house).open(f"/@{CAROL}/{status_id}")
    for href, words in (
        (f"/interact?post={status_id}&do=boost", "Boost a post by Carol"),
        (f"/interact?post={status_id}&do=favourite", "Favourite a post by Carol"),
        (f"/posts/{status_id}/reply", "Reply to Carol"),
        (f"/people/{carol}/follow", "Follow Carol"),
    ):
        assert page.leads_to(href), href
        assert words in (await Browser(house).open(href)).text


async def test_a_member_finds_people_and_posts_of_other_servers_by_what_they_paste(
    house: House, make: Make, elsewhere: Elsewhere
) -> None:
    carol = elsewhere.actor(name="Carol C.")
    uri = elsewhere.put(carol.note("<p>From the harbour.</p>"))
    browser = await browser_of(house, await make.account("alice"))
    found = await browser.open("/search?q=%40carol%40there.example")
    assert "Carol C." in found.text
    assert found.leads_to(f"/@{CAROL}")
    assert "From the harbour." in (await browser.open(f"/search?q={quote(uri, safe='')}")).text
    assert "Carol C." in (await browser.open(f"/search?q={quote(carol.uri, safe='')}")).text


async def test_of_some_only_what_is_unlisted_or_old_is_not_shown_to_visitors(
    house: House, make: Make
) -> None:
    alice, carol = await make.account("alice"), await make.remote(CAROL)
    async with house.db.write() as conn:
        row = {"account_id": carol, "host": "there.example", "inbox": "https://there.example/inbox",
               "unlisted_for_members": True, "hidden_before": 2_000, "fetched_at": 1}  # fmt: skip
        await conn.run(Query(insert(remote_actors).values(row)))
    await posted(make, carol, "<p>Quite open.</p>", number=1)
    await posted(make, carol, "<p>Quite old.</p>", number=2, created_at=1_000)
    await posted(make, carol, "<p>Quite unlisted.</p>", number=3, visibility="unlisted")
    visitor, member = Browser(house), await browser_of(house, alice)
    shown = {who: (await who.open(f"/@{CAROL}")).text for who in (visitor, member)}
    assert "Quite open." in shown[visitor]
    assert "Quite old." not in shown[visitor]
    assert "Quite unlisted." not in shown[visitor]
    assert "Quite old." in shown[member]
    assert "Quite unlisted." in shown[member]
