"""What members began on another server is finished here, and only by their own press of a button."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from sqlalchemy import select

from stoa.core.auth.throttle import throttles
from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import favourites, follow_requests, follows, statuses
from stoa.web.intents import DEEDS, Deed, address
from tests.client import Client
from tests.federation.elsewhere import Elsewhere
from tests.make import Make
from tests.web.browsing import Browser, browser_of

_deeds = [Query(select(table.c.id)) for table in (follows, follow_requests, favourites)]
_boosts = Query(select(statuses.c.id).where(statuses.c.reblog_of_id.is_not(None)))


async def done(house: House) -> int:
    """How many follows, requests to follow, favourites and boosts there are."""
    async with house.db.read() as conn:
        return sum([len(await conn.scalars(one)) for one in (*_deeds, _boosts)])


def path(uri: str, **more: str) -> str:
    query = "".join(f"&{name}={quote(value, safe='')}" for name, value in more.items())
    return f"/authorize_interaction?uri={quote(uri, safe='')}{query}"


@pytest.mark.parametrize("spelling", ["uri", "page", "acct", "handle"])
async def test_somebody_is_shown_and_followed_by_a_button(
    house: House, make: Make, elsewhere: Elsewhere, spelling: str
) -> None:
    carol = elsewhere.actor("carol@there.example", name="Carol C.", summary="<p>Of the harbour.</p>")
    page_of_hers = "https://there.example/@carol"
    elsewhere.documents[page_of_hers] = carol.document
    wanted = {
        "uri": carol.uri,
        "page": page_of_hers,
        "acct": f"acct:{carol.acct}",
        "handle": f"@{carol.acct}",
    }
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open(path(wanted[spelling], intent="follow"))
    assert "Follow Carol C.?" in page.text
    assert "Of the harbour." in page.text
    assert "@carol@there.example" in page.text
    assert await done(house) == 0
    after = await browser.go(page.button("Follow"))
    assert "You asked to follow" in after.text
    assert await done(house) == 1


@pytest.mark.parametrize(
    ("intent", "button", "said"),
    [("like", "Favourite it", "among your"), ("announce", "Boost it", "boosted")],
)
async def test_a_post_is_shown_and_dealt_with_by_a_button(
    house: House, make: Make, elsewhere: Elsewhere, intent: str, button: str, said: str
) -> None:
    uri = elsewhere.put(elsewhere.actor().note("<p>From the harbour.</p>"))
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open(path(uri, intent=intent))
    assert "From the harbour." in page.text
    assert await done(house) == 0
    after = await browser.go(page.button(button))
    assert said in after.text
    assert await done(house) == 1


async def test_visitors_sign_in_first_and_come_back(house: House, elsewhere: Elsewhere) -> None:
    wanted = path(elsewhere.actor().uri, intent="follow")
    answer = await Browser(house).ask(wanted)
    assert answer.status == 303
    assert answer.headers["location"] == f"/sign-in?next={quote(wanted, safe='')}"
    assert elsewhere.fetched == []


async def test_a_press_from_another_site_does_nothing(
    house: House, make: Make, elsewhere: Elsewhere
) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open(path(elsewhere.actor().uri))
    assert (await browser.press(page.button("Follow"), without="form_token")).status == 403
    assert await done(house) == 0


@pytest.mark.parametrize(
    "elsewhere_to",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "(close)"],
)
async def test_nobody_is_sent_on_to_where_the_address_says(
    house: House, make: Make, elsewhere: Elsewhere, elsewhere_to: str
) -> None:
    browser = await browser_of(house, await make.account("alice"))
    wanted = path(
        elsewhere.actor().uri,
        **{"on-success": elsewhere_to, "on-cancel": elsewhere_to, "back": elsewhere_to},
    )
    page = await browser.open(wanted)
    assert not any(href == elsewhere_to or "evil" in href for href, _ in page.links)
    answer = await browser.press(page.button("Follow"))
    assert answer.headers["location"].startswith("/authorize_interaction?uri=")
    stolen = await browser.press(page.button("Follow"), also={"back": elsewhere_to})
    assert stolen.headers["location"] == "/"


@pytest.mark.parametrize(
    "uri",
    ["https://there.example/nothing", "acct:nobody@there.example", "javascript:alert(1)", "@", "x" * 3_000, "https://[",
     "acct:a@b@c", "//evil.example", "http://10.0.0.1/"],
)  # fmt: skip
async def test_what_is_not_there_is_said(house: House, make: Make, uri: str) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open(path(uri), status=200 if len(uri) > 2_048 else 404)
    page.button("Look for it")


async def test_of_what_one_may_not_see_nothing_is_shown(house: House, make: Make) -> None:
    bob = await make.account("bob")
    secret = await make.status(bob, "The secret.", visibility="direct")
    browser = await browser_of(house, await make.account("alice"))
    uri = house.addresses.note(house.addresses.actor(bob.id), secret)
    assert "secret" not in (await browser.open(path(uri), status=404)).text


async def test_what_is_here_is_found_without_asking_anybody(
    house: House, make: Make, elsewhere: Elsewhere
) -> None:
    bob = await make.account("bob", display_name="Bob B.")
    status_id = await make.status(bob, "Of this house.")
    browser = await browser_of(house, await make.account("alice"))
    assert "Follow Bob B.?" in (await browser.open(path(house.addresses.actor(bob.id)))).text
    assert "Follow Bob B.?" in (await browser.open(path(f"acct:bob@{house.settings.domain}"))).text
    assert "Of this house." in (await browser.open(path(house.addresses.status("bob", status_id)))).text
    assert "That is you." in (await browser.open(path("acct:alice@" + house.settings.domain))).text
    assert elsewhere.fetched == []


@pytest.mark.parametrize("deed", DEEDS)
async def test_what_we_offer_in_webfinger_leads_here(
    house: House, make: Make, client: Client, elsewhere: Elsewhere, deed: Deed
) -> None:
    alice = await make.account("alice")
    carol = elsewhere.actor(name="Carol C.")
    uri = carol.uri if deed == "follow" else elsewhere.put(carol.note("<p>From the harbour.</p>"))
    resource = quote(f"acct:alice@{house.settings.domain}", safe="")
    links = (await client.get(f"/.well-known/webfinger?resource={resource}")).ok()["links"]
    templates = {one["rel"]: one["template"] for one in links if "template" in one}
    target = address(deed, uri, templates, insecure=True)
    assert target is not None
    page = await (await browser_of(house, alice)).open(target.removeprefix("http://localhost:8000"))
    assert ("Carol C." if deed == "follow" else "From the harbour.") in page.text
    expected = {"follow": "Follow", "reply": "Publish", "boost": "Boost it", "favourite": "Favourite it"}
    page.button(expected[deed])


async def test_a_page_is_shared_into_the_writing_form(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open(
        "/share?text=Look%20at%20this&url=https%3A%2F%2Fx.example%2F%3Fa%3Db&title=Their%20title"
    )
    fields = dict(page.button("Publish").form.fields)
    assert fields["text"] == "Look at this\n\nhttps://x.example/?a=b"
    assert fields["title"] == ""
    page = await browser.open("/share?title=Their%20title&url=https%3A%2F%2Fx.example%2F")
    assert dict(page.button("Publish").form.fields)["text"] == "Their title\n\nhttps://x.example/"
    page = await browser.open("/share?title=On%20porches&text=It%20is%20true.")
    assert dict(page.button("Publish").form.fields)["title"] == "On porches"
    (await browser.open("/share")).button("Publish")
    async with house.db.read() as conn:
        assert await conn.scalars(Query(select(statuses.c.id))) == []


async def test_an_answer_begun_elsewhere_stands_under_what_it_answers(
    house: House, make: Make, elsewhere: Elsewhere
) -> None:
    uri = elsewhere.put(elsewhere.actor().note("<p>From the harbour.</p>"))
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open(f"/share?text=Indeed.&in_reply_to={quote(uri, safe='')}")
    assert "From the harbour." in page.text
    assert dict(page.button("Publish").form.fields)["text"] == "@carol@there.example Indeed."
    await browser.open("/share?text=Indeed.&in_reply_to=https%3A%2F%2Fthere.example%2Fgone", status=404)


class TestLimits:
    """With limits switched on."""

    @pytest.fixture
    def settings_given(self) -> dict[str, str]:
        return {"STOA_RATE_LIMITS": "on"}

    async def test_one_member_has_us_ask_so_much_and_no_more(
        self, house: House, make: Make, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(throttles(house.db).lookups, "times", 2)
        browser = await browser_of(house, await make.account("alice"))
        seen = [(await browser.ask(path(f"https://s{number}.example/x"))).status for number in range(4)]
        assert seen == [404, 404, 429, 429]
