"""Cards of pages that posts link to, from the post to the app."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine

from stoa import ids
from stoa.api import rendered
from stoa.core.house import House
from stoa.core.instances.domains import Decision
from stoa.core.links import look
from stoa.core.moderation import domains
from stoa.http_client import Fetched
from stoa.main import Assembled
from tests.client import Client
from tests.contract import problems
from tests.core.media.pictures import encoded, quartered
from tests.federation.elsewhere import Elsewhere
from tests.make import Make

DAY_MS = 86_400_000
PNG = encoded(quartered((80, 60)), "PNG")
PAGE = "https://news.example/essay"
HTML = """<title>Essay</title><meta property="og:description" content="What it says">
<meta name="fediverse:creator" content="@alice@{domain}"><meta property="og:image" content="/p.png">"""


@pytest.fixture
def pages(elsewhere: Elsewhere, house: House) -> Elsewhere:
    elsewhere.documents[PAGE] = _html(HTML.format(domain=house.settings.domain))
    return elsewhere


def _html(text: str) -> Fetched:
    return Fetched(200, PAGE, {"content-type": "text/html"}, text.encode())


async def _card(assembled: Assembled, client: Client, status: int, token: str | None = None) -> Any:
    await assembled.worker.drain(at=ids.now_ms() + look.SPREAD_MS)
    return (await client.get(f"/api/v1/statuses/{status}", token=token)).ok()["card"]


async def test_a_post_with_a_link_shows_a_card(
    assembled: Assembled, client: Client, make: Make, pages: Elsewhere
) -> None:
    bob = await make.account("bob")
    status = await make.status(bob, f"Read this: {PAGE}#part")
    assert (await client.get(f"/api/v1/statuses/{status}")).ok()["card"] is None
    card = await _card(assembled, client, status)
    assert not problems(card, "PreviewCard")
    assert (card["url"], card["title"], card["description"], card["type"]) == (
        PAGE, "Essay", "What it says", "link"
    )  # fmt: skip
    assert card["image"].startswith(f"{client_base(assembled)}/proxy/card/")
    again = await make.status(bob, f"And again: {PAGE}")
    assert (await _card(assembled, client, again))["title"] == "Essay"
    assert pages.fetched.count(PAGE) == 1, "once for all posts"
    boost = (await client.post(f"/api/v1/statuses/{status}/reblog", token=bob.token)).ok()
    assert boost["card"] == boost["reblog"]["card"] == card
    found = (await client.get("/api/v1/timelines/link", query={"url": PAGE})).ok()
    assert [one["id"] for one in found] == [str(again), str(status)]
    further = {"url": PAGE, "max_id": found[-1]["id"]}
    assert (await client.get("/api/v1/timelines/link", query=further)).ok() == []
    unknown = {"url": "https://x.example"}
    assert (await client.get("/api/v1/timelines/link", query=unknown)).status == 404
    page = (await client.get(f"/@bob/{status}")).text
    assert "Essay" in page
    assert "news.example" in page
    assert 'src="https://news' not in page


def client_base(assembled: Assembled) -> str:
    return assembled.house.addresses.base


async def test_who_wrote_it_is_named_where_they_agree(
    assembled: Assembled, client: Client, make: Make, pages: Elsewhere
) -> None:
    """F7.8: whoever owns a page cannot claim that somebody wrote it."""
    alice, bob = await make.account("alice"), await make.account("bob")
    status = await make.status(bob, PAGE)
    card = await _card(assembled, client, status)
    assert (card["authors"], card["missing_attribution"]) == ([], None)
    assert (await _card(assembled, client, status, alice.token))["missing_attribution"] is True
    form = {"attribution_domains[]": "news.example"}
    (await client.patch("/api/v1/accounts/update_credentials", token=alice.token, form=form)).ok()
    pages.documents["https://news.example/other"] = pages.documents[PAGE]
    card = await _card(assembled, client, await make.status(bob, "https://news.example/other"))
    [author] = card["authors"]
    assert author["account"]["acct"] == "alice"
    assert card["missing_attribution"] is None


async def test_an_author_without_an_account_here_is_a_name(
    assembled: Assembled, client: Client, make: Make, pages: Elsewhere
) -> None:
    pages.documents[PAGE] = _html('<title>Essay</title><meta name="author" content="Ann Author">')
    card = await _card(assembled, client, await make.status(await make.account("bob"), PAGE))
    assert card["authors"] == [{"name": "Ann Author", "url": "", "account": None}]
    assert not problems(card, "PreviewCard")


async def test_the_picture_is_described_and_has_a_blurhash_once_somebody_has_looked(
    assembled: Assembled, client: Client, make: Make, pages: Elsewhere
) -> None:
    pages.documents[PAGE] = _html(
        '<title>Essay</title><meta property="og:image" content="/p.png">'
        '<meta property="og:image:alt" content="A &quot;porch&quot;">'
    )
    pages.documents["https://news.example/p.png"] = Fetched(
        200, "https://news.example/p.png", {"content-type": "image/png"}, PNG
    )
    bob = await make.account("bob")
    status = await make.status(bob, PAGE)
    card = await _card(assembled, client, status)
    assert (card["image_description"], card["blurhash"]) == ('A "porch"', None)
    assert 'alt="A &#34;porch&#34;"' in (await client.get(f"/@bob/{status}")).text
    assert (await client.get(urlsplit(card["image"]).path)).status == 302
    card = await _card(assembled, client, status)
    assert re.fullmatch(r"[0-9A-Za-z#$%*+,.:;=?@\[\]^_{|}~-]{28}", card["blurhash"])
    assert not problems(card, "PreviewCard")
    # Another picture has another one.
    pages.documents[PAGE] = _html('<title>Essay</title><meta property="og:image" content="/q.png">')
    with time_machine.travel((ids.now_ms() + look.FRESH_MS + 1) / 1000, tick=False):
        card = await _card(assembled, client, await make.status(bob, PAGE))
    assert (card["image_description"], card["blurhash"]) == ("", None)


async def test_a_page_linked_again_after_a_week_is_looked_at_again(
    assembled: Assembled, client: Client, make: Make, pages: Elsewhere
) -> None:
    bob = await make.account("bob")
    first = await make.status(bob, PAGE)
    assert (await _card(assembled, client, first))["title"] == "Essay"
    pages.documents[PAGE] = _html("<title>Revised</title>")
    now = ids.now_ms()
    for later, title in ((6.5 * DAY_MS, "Essay"), (7.5 * DAY_MS, "Revised")):
        with time_machine.travel((now + later) / 1000, tick=False):
            again = await make.status(bob, f"{title}: {PAGE}")
            assert (await _card(assembled, client, again))["title"] == title
    assert (await _card(assembled, client, first))["title"] == "Revised", "for all that show it"


async def test_an_edit_changes_the_card_and_takes_it_away(
    assembled: Assembled, client: Client, make: Make, pages: Elsewhere
) -> None:
    bob = await make.account("bob")
    pages.documents["https://news.example/other"] = _html("<title>Other</title>")
    made = await client.post("/api/v1/statuses", token=bob.token, json={"status": PAGE})
    path = f"/api/v1/statuses/{made.ok()['id']}"
    assert (await _card(assembled, client, made.ok()["id"]))["title"] == "Essay"
    for text, title in ((f"Now https://news.example/other and {PAGE}", "Other"), ("Nothing.", None)):
        (await client.put(path, token=bob.token, json={"status": text})).ok()
        card = await _card(assembled, client, made.ok()["id"])
        assert (card and card["title"]) == title


@pytest.mark.parametrize(
    "there",
    [404, 500, Fetched(200, PAGE, {"content-type": "application/pdf"}, b"<title>x</title>"), _html("")],
)
async def test_a_page_that_says_nothing_is_not_asked_for_each_post(
    assembled: Assembled, client: Client, make: Make, pages: Elsewhere, there: Any
) -> None:
    pages.documents[PAGE] = there
    bob = await make.account("bob")
    for _ in range(3):
        assert await _card(assembled, client, await make.status(bob, PAGE)) is None
    assert pages.fetched.count(PAGE) == 1


async def test_pages_nobody_is_to_know_of_are_not_asked(
    assembled: Assembled, client: Client, make: Make, pages: Elsewhere, house: House
) -> None:
    bob = await make.account("bob")
    direct = await make.status(bob, f"@bob {PAGE}", visibility="direct")
    assert await _card(assembled, client, direct, bob.token) is None
    inside = await make.status(bob, "https://127.0.0.1/admin https://localhost/x")
    assert await _card(assembled, client, inside) is None
    async with house.db.write() as conn:
        await domains.decide(conn, house.settings, Decision(domain="news.example", severity="suspend"))
    assert await _card(assembled, client, await make.status(bob, PAGE)) is None
    assert pages.fetched == []


async def test_a_page_of_cards_asks_no_more_than_one_card_does(
    assembled: Assembled, make: Make, pages: Elsewhere, house: House
) -> None:
    bob = await make.account("bob")
    made = []
    for number in range(6):
        address = f"https://news.example/{number}"
        pages.documents[address] = _html(f"<title>{number}</title>")
        made.append(await make.status(bob, address))
    await assembled.worker.drain(at=ids.now_ms() + look.SPREAD_MS)

    async def cost(wanted: list[int]) -> int:
        async with house.db.read() as conn:
            before = house.db.statements
            found = await rendered.statuses_by_id(conn, house, wanted, bob.id)
            assert all(b'"card":{' in one for one in found.values())
            return house.db.statements - before

    await cost(made)
    assert await cost(made[:1]) == await cost(made) == 4  # heads, people, filters, cards
