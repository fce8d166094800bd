"""Nobody who follows a link to us ends up elsewhere without having been shown where to (security.md A3)."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

import pytest

from stoa.core.house import House
from tests.client import Client
from tests.make import Make
from tests.web.browsing import Browser, browser_of

TRICKS = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "%2f%2fevil.example",
    "https://evil.example",
    "https:evil.example",
    "/@a//evil.example",
    "/web//evil.example",
    "/web/%2f%2fevil.example/%2f..",
    "//evil.example/%2f%2e%2e",
    "/%0d%0aLocation:%20https://evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
]


def stays(base: str, path: str, location: str) -> bool:
    """Whether a browser on *path* that is told to go to *location* stays with us."""
    spelt = location.replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "")
    return urlsplit(urljoin(base + path, spelt)).netloc == urlsplit(base).netloc


@pytest.mark.parametrize("trick", TRICKS)
async def test_no_path_leads_out(house: House, client: Client, trick: str) -> None:
    path = trick if trick.startswith("/") else f"/{trick}"
    answer = await client.get(
        path.replace("\t", "%09").replace("\\", "%5c"), headers={"accept": "text/html"}
    )
    assert answer.status in (301, 302, 303, 400, 404)
    assert stays(house.settings.base_url, "/", answer.headers.get("location", "/"))
    assert not any("evil" in value for name, value in answer.header_list if name != "location")


@pytest.mark.parametrize("trick", TRICKS)
async def test_no_way_back_leads_out(house: House, make: Make, trick: str) -> None:
    alice = await make.account("alice")
    base = house.settings.base_url
    visitor, member = Browser(house), await browser_of(house, alice)
    page = await visitor.open(f"/sign-in?next={quote(trick, safe='')}")
    form = next(one.form for one in page.buttons if one.form.method == "post")
    assert all(stays(base, "/sign-in", value) for name, value in form.fields if name == "next")
    for path in (
        f"/authorize_interaction?uri={quote(trick, safe='')}",
        f"/share?url={quote(trick, safe='')}&in_reply_to={quote(trick, safe='')}",
        f"/search?q={quote(trick, safe='')}",
        f"/interact?person={alice.id}&handle={quote(trick, safe='')}",
    ):
        answer = await member.ask(path)
        assert answer.status < 500, path
        assert stays(base, "/", answer.headers.get("location", "/")), path
    status_id = await make.status(alice, "Hello.")
    page = await member.open(f"/@alice/{status_id}")
    answer = await member.press(page.button("Favourite"), also={"back": trick})
    assert stays(base, "/", answer.headers["location"])
