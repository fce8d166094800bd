"""For visitors who want to answer or follow from elsewhere."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from stoa.core.auth.throttle import throttles
from stoa.core.house import House
from stoa.web.intents import INTENT, SUBSCRIBE
from tests.federation.elsewhere import Elsewhere
from tests.make import Make
from tests.web.browsing import Browser, browser_of


async def test_follow_asks_for_a_sign_in_or_for_ones_own_server(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice")
    page = await Browser(house).open(f"/people/{alice.id}/follow")
    assert "Follow Alice" in page.text
    assert page.leads_to("/sign-in?next=/%40alice")
    assert house.addresses.actor(alice.id) in page.answer.text


@pytest.mark.parametrize(
    "handle", ["@me@there.example", "me@there.example", "there.example", "https://There.example/@me"]
)
async def test_ones_own_server_is_a_link_and_no_redirect(house: House, make: Make, handle: str) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    page = await Browser(house).open(f"/interact?post={status_id}&handle={quote(handle, safe='')}")
    uri = quote(house.addresses.note(house.addresses.actor(alice.id), status_id), safe="")
    assert page.leads_to(f"https://there.example/authorize_interaction?uri={uri}")


@pytest.mark.parametrize(
    "handle", ["me", "javascript:alert(1)", "@me@", "a b.example", '@me@x.example"><script>', "x" * 9_000]
)
async def test_what_names_no_server_is_said_to_be_wrong(house: House, make: Make, handle: str) -> None:
    status_id = await make.status(await make.account("alice"), "Hello")
    page = await Browser(house).open(f"/interact?post={status_id}&handle={quote(handle, safe='')}")
    assert "does not look like" in page.text
    assert not any("authorize_interaction" in href for href, _ in page.links)


async def test_of_private_posts_nothing_is_said(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), "Secret", visibility="private")
    for path in (f"/interact?post={status_id}", "/interact", "/interact?post=x", "/interact?person=1"):
        assert (await Browser(house).ask(path)).status == 404


async def test_members_need_none_of_this(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    browser = await browser_of(house, await make.account("bob"))
    assert (await browser.ask(f"/interact?post={status_id}")).headers["location"] == f"/@alice/{status_id}"
    assert (await browser.ask(f"/people/{alice.id}/follow")).headers["location"] == "/@alice"


def offers(elsewhere: Elsewhere, acct: str, **templates: str) -> str:
    """Have the server of *acct* offer *templates* (Follow=…, subscribe=…); where it says so."""
    address = (
        f"https://{acct.partition('@')[2]}/.well-known/webfinger?resource={quote('acct:' + acct, safe='')}"
    )
    rels = {name: SUBSCRIBE if name == "subscribe" else INTENT + name for name in templates}
    links = [{"rel": rels[name], "template": template} for name, template in templates.items()]
    elsewhere.documents[address] = {"subject": f"acct:{acct}", "links": links}
    return address


@pytest.mark.parametrize(
    ("do", "intent"), [("reply", "Create"), ("boost", "Announce"), ("favourite", "Like"), ("", "Create")]
)
async def test_ones_server_is_asked_where_that_is_done(
    house: House, make: Make, elsewhere: Elsewhere, do: str, intent: str
) -> None:
    place = "{inReplyTo}" if intent == "Create" else "{object}"
    asked = offers(
        elsewhere, "me@there.example", **{intent: f"https://web.there.example/{intent}?it={place}"}
    )
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    page = await Browser(house).open(f"/interact?post={status_id}&do={do}&handle=@me@there.example")
    uri = quote(house.addresses.note(house.addresses.actor(alice.id), status_id), safe="")
    assert page.leads_to(f"https://web.there.example/{intent}?it={uri}")
    assert "Go to web.there.example" in page.text
    assert elsewhere.fetched == [asked]


async def test_a_server_alone_is_asked_by_its_own_handle(
    house: House, make: Make, elsewhere: Elsewhere
) -> None:
    offers(elsewhere, "there.example@there.example", subscribe="https://there.example/sub?u={uri}")
    alice = await make.account("alice")
    page = await Browser(house).open(f"/interact?person={alice.id}&handle=there.example")
    assert page.leads_to(f"https://there.example/sub?u={quote(house.addresses.actor(alice.id), safe='')}")


@pytest.mark.parametrize(
    "template", ["javascript:alert('{uri}')", "https://home.example@evil.example/{uri}", "data:,{uri}"]
)
async def test_a_trick_is_no_link(house: House, make: Make, elsewhere: Elsewhere, template: str) -> None:
    offers(elsewhere, "me@there.example", subscribe=template)
    alice = await make.account("alice")
    page = await Browser(house).open(f"/interact?person={alice.id}&handle=me@there.example")
    outside = [
        href for href, _ in page.links if not href.startswith(("/", "#", "https://joinmastodon.org"))
    ]
    [target] = outside
    assert target.startswith("https://there.example/authorize_interaction?uri=")


async def test_which_server_is_ones_own_is_kept_by_nobody_here(
    house: House, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "stoa.access")
    alice = await make.account("alice")
    browser = Browser(house)
    answer = await browser.ask(f"/interact?person={alice.id}&handle=me@there.example")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "set-cookie" not in answer.headers
    assert "there.example" not in caplog.text
    assert "handle=..." in caplog.text


async def test_the_only_script_is_ours_and_everything_works_without_it(house: House, make: Make) -> None:
    alice = await make.account("alice")
    page = await Browser(house).open(f"/interact?person={alice.id}")
    assert "script-src 'self'" in page.answer.headers["content-security-policy"]
    assert page.button("Go on").form.method == "get"
    assert "/static/interact." in page.answer.text


class TestLimits:
    """With limits switched on."""

    @pytest.fixture
    def settings_given(self) -> dict[str, str]:
        return {"STOA_RATE_LIMITS": "on", "STOA_BASE_URL": "https://home.example"}

    async def test_one_place_has_us_ask_so_many_servers_and_no_more(
        self, house: House, make: Make, elsewhere: Elsewhere
    ) -> None:
        alice = await make.account("alice")
        most = throttles(house.db).lookups_of_place.times
        for number in range(most + 5):
            page = await Browser(house).open(f"/interact?person={alice.id}&handle=me@s{number}.example")
            assert any(f"//s{number}.example/authorize_interaction" in href for href, _ in page.links)
        assert len({address.split("/")[2] for address in elsewhere.fetched}) == most

    async def test_who_lives_here_is_told_so(self, house: House, make: Make, elsewhere: Elsewhere) -> None:
        alice = await make.account("alice")
        page = await Browser(house).open(f"/interact?person={alice.id}&handle=@bob@home.example")
        assert "That is an account here" in page.text
        assert elsewhere.fetched == []
