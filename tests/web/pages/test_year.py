"""The page of somebody's year: read without an account or a script, by whoever was given its address."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import time_machine

from stoa.core.house import House
from stoa.main import Assembled
from tests.client import Client
from tests.make import Make, Person
from tests.web.browsing import Browser, browser_of

BASE = "/api/v1/annual_reports"


@pytest.fixture
async def alice(make: Make, client: Client) -> Person:
    """Who wrote six posts in 2030; bob boosted one of them."""
    with time_machine.travel(datetime(2030, 3, 31, 12, tzinfo=UTC), tick=False):
        alice, bob = await make.account("alice"), await make.account("bob")
        first = await make.status(alice, "Worth carrying on. #maths")
        for number in range(5):
            await make.status(alice, f"Private {number}", visibility="private")
        (await client.post(f"/api/v1/statuses/{first}/reblog", token=bob.token)).ok()
    return alice


async def _address(assembled: Assembled, client: Client, owner: Person) -> str:
    with time_machine.travel(datetime(2031, 1, 2, tzinfo=UTC), tick=False):
        assert (await client.post(f"{BASE}/2030/generate", token=owner.token)).status == 202
        await assembled.worker.drain()
        [report] = (await client.get(f"{BASE}/2030", token=owner.token)).ok()["annual_reports"]
        return str(report["share_url"])


async def test_a_visitor_reads_the_year(
    assembled: Assembled, house: House, client: Client, alice: Person
) -> None:
    url = await _address(assembled, client, alice)
    path = urlsplit(url).path
    page = await Browser(house).open(path)
    assert page.faults == []
    assert page.scripts == []
    assert "2030 The reader" in page.text
    assert "Posts 6" in page.text
    assert "March: 6 posts" in page.text
    assert "Worth carrying on." in page.text
    assert "Private" not in page.text
    assert page.leads_to("/tags/maths")
    assert page.leads_to("/@alice")
    assert page.link("canonical") == [url]
    assert page.meta("robots") == ["noindex"]
    assert page.answer.headers["x-robots-tag"] == "noindex"
    assert "2030 The reader" in (await (await browser_of(house, alice)).open(path)).text


async def test_nobody_finds_it_without_its_key(assembled: Assembled, client: Client, alice: Person) -> None:
    path = urlsplit(await _address(assembled, client, alice)).path
    key = path.rpartition("/")[2]
    for other in (
        path[:-1], f"{path}0", path.replace(key, "0" * 32), path.replace(key, "%C3%A9"),
        path.replace("2030", "2029"), path.replace("2030", "x"), path.replace("2030", "9" * 30),
        path.replace("alice", "bob"), path.replace("alice", "nobody"),
    ):  # fmt: skip
        assert (await client.get(other)).status == 404, other


async def test_it_goes_with_its_owner(
    assembled: Assembled, client: Client, make: Make, alice: Person
) -> None:
    path = urlsplit(await _address(assembled, client, alice)).path
    owner = await make.account("owner", role="owner")
    token = await make.token(owner, "admin:write")
    suspend = f"/api/v1/admin/accounts/{alice.id}/action"
    (await client.post(suspend, form={"type": "suspend"}, token=token)).ok()
    assert (await client.get(path)).status == 404


async def test_a_post_deleted_since_is_left_out(
    assembled: Assembled, house: House, client: Client, alice: Person
) -> None:
    path = urlsplit(await _address(assembled, client, alice)).path
    [post] = (await client.get(f"{BASE}/2030", token=alice.token)).ok()["statuses"]
    (await client.delete(f"/api/v1/statuses/{post['id']}", token=alice.token)).ok()
    page = await Browser(house).open(path)
    assert "Worth carrying on." not in page.text
    assert "boosted most" not in page.text


async def test_a_member_has_it_made_without_an_app(
    assembled: Assembled, house: House, make: Make, alice: Person
) -> None:
    with time_machine.travel(datetime(2031, 1, 2, tzinfo=UTC), tick=False):
        browser = await browser_of(house, alice)
        page = await browser.open("/settings/years")
        page = await browser.go(page.button("Look back at 2030"))
        assert "2030 is being counted." in page.text
        await assembled.worker.drain()
        page = await browser.open("/settings/years")
        assert "Look back" not in page.text
        [address] = re.findall(
            r'href="(http://localhost:8000/@alice/wrapstodon/2030/\w+)"', page.answer.text
        )
        assert "2030 The reader" in (await Browser(house).open(urlsplit(address).path)).text
        stranger = await browser_of(house, await make.account("carol"))
        page = await stranger.open("/settings/years")
        assert "too little to tell of 2030" in page.text
        assert "/wrapstodon/" not in page.answer.text


async def test_years_that_are_none_are_not_counted(house: House, alice: Person) -> None:
    with time_machine.travel(datetime(2031, 1, 2, tzinfo=UTC), tick=False):
        browser = await browser_of(house, alice)
        press = (await browser.open("/settings/years")).button("Look back at 2030")
        for year, status in (("x", 404), ("20301", 404), ("2031", 303), ("9999", 303)):
            press.action = f"/settings/years/{year}"
            assert (await browser.press(press)).status == status
        assert "is being counted" not in (await browser.open("/settings/years")).text
