"""Policies and terms, in versions."""

from __future__ import annotations

import pytest

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.instances import documents
from tests.client import Client
from tests.contract import problems

TERMS = "/api/v1/instance/terms_of_service"


async def put(house: House, kind: documents.Kind, words: str, day: str | None = None) -> None:
    async with house.db.write() as conn:
        await documents.put(conn, kind, words, day)


async def test_a_house_that_wrote_nothing_has_a_privacy_policy_and_no_terms(client: Client) -> None:
    policy = (await client.get("/api/v1/instance/privacy_policy")).ok()
    assert not problems(policy, "PrivacyPolicy")
    assert "What is kept" in policy["content"]
    assert (await client.get(TERMS)).status == 404
    assert (await client.get("/terms-of-service")).status == 404
    assert "What is kept" in (await client.get("/privacy-policy")).text
    urls = (await client.get("/api/v2/instance")).ok()["configuration"]["urls"]
    assert urls["privacy_policy"].endswith("/privacy-policy")
    assert urls["terms_of_service"] is None


async def test_what_was_written_is_shown(client: Client, house: House) -> None:
    await put(house, "privacy_policy", "# Ours\n\nNothing is **kept**.")
    await put(house, "extended_description", "A *long* story.<script>alert(1)</script>")
    policy = (await client.get("/api/v1/instance/privacy_policy")).ok()
    assert "<strong>kept</strong>" in policy["content"]
    about = (await client.get("/api/v1/instance/extended_description")).ok()
    assert not problems(about, "ExtendedDescription")
    assert "<em>long</em>" in about["content"]
    page = (await client.get("/about")).text
    assert "<em>long</em>" in page
    assert "alert(1)</script>" not in page


async def test_terms_hold_from_their_day_on_and_old_ones_can_be_read(client: Client, house: House) -> None:
    for day, words in (("2020-01-01", "Old."), ("2021-01-01", "Now."), ("2999-01-01", "Later.")):
        await put(house, "terms_of_service", words, day)
    now = (await client.get(TERMS)).ok()
    assert not problems(now, "TermsOfService")
    assert now == {
        "effective_date": "2021-01-01", "effective": True, "content": "<p>Now.</p>",
        "succeeded_by": "2999-01-01",
    }  # fmt: skip
    old = (await client.get(f"{TERMS}/2020-01-01")).ok()
    assert (old["content"], old["succeeded_by"]) == ("<p>Old.</p>", "2021-01-01")
    later = (await client.get(f"{TERMS}/2999-01-01")).ok()
    assert (later["effective"], later["succeeded_by"]) == (False, None)
    for day in ("2022-01-01", "x", "%00"):
        assert (await client.get(f"{TERMS}/{day}")).status == 404
    page = (await client.get("/terms-of-service")).text
    assert "Now." in page
    assert "/terms-of-service/2020-01-01" in page
    assert "Old." in (await client.get("/terms-of-service/2020-01-01")).text
    assert (await client.get("/terms-of-service/2022-01-01")).status == 404


async def test_a_second_one_of_the_day_takes_the_place_of_the_first(house: House) -> None:
    for words in ("One.", "Two."):
        await put(house, "terms_of_service", words, "2020-01-01")
    async with house.db.write() as conn:
        assert [one.text for one in await documents.versions(conn, "terms_of_service")] == ["Two."]
        await documents.remove(conn, "terms_of_service", "2020-01-01")
        with pytest.raises(NotFound):
            await documents.remove(conn, "terms_of_service", "2020-01-01")


@pytest.mark.parametrize(("words", "day"), [(" ", None), ("x" * 200_001, None), ("x", "tomorrow")])
async def test_what_is_none_is_refused(house: House, words: str, day: str | None) -> None:
    with pytest.raises(Unprocessable):
        await put(house, "privacy_policy", words, day)


async def test_the_house_says_that_it_is_well(client: Client) -> None:
    assert (await client.get("/health")).ok() == {"status": "OK"}
