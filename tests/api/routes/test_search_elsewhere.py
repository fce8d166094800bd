"""What apps may have looked up on other servers: with `resolve`, for members, so and so often."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from tests import contract
from tests.client import Client
from tests.federation.elsewhere import Elsewhere
from tests.make import Make

URL = "/api/v2/search"


@pytest.mark.parametrize(
    "typed", ["carol@there.example", "@carol@there.example", "acct:carol@there.example"]
)
async def test_a_handle_is_looked_up_and_then_known(
    client: Client, make: Make, elsewhere: Elsewhere, typed: str
) -> None:
    alice = await make.account("alice")
    elsewhere.actor("carol@there.example")
    unasked = (await client.get(URL, token=alice.token, query={"q": typed})).ok()
    assert unasked["accounts"] == []
    assert elsewhere.asked == []
    asked = {"q": typed, "resolve": "true"}
    found = (await client.get(URL, token=alice.token, query=asked)).ok()
    assert contract.problems(found, "Search") == []
    assert [one["acct"] for one in found["accounts"]] == ["carol@there.example"]
    before = len(elsewhere.asked)
    again = (await client.get(URL, token=alice.token, query=asked)).ok()
    assert [one["id"] for one in again["accounts"]] == [found["accounts"][0]["id"]]
    assert len(elsewhere.asked) == before


async def test_an_address_is_looked_up(client: Client, make: Make, elsewhere: Elsewhere) -> None:
    alice = await make.account("alice")
    carol = elsewhere.actor("carol@there.example")
    note = elsewhere.put(carol.note("<p>Far away.</p>"))
    for typed in (note, note.replace("https://", "web+ap://")):
        asked = {"q": typed, "resolve": "true"}
        found = (await client.get(URL, token=alice.token, query=asked)).ok()
        assert [one["uri"] for one in found["statuses"]] == [note]
    found = (await client.get(URL, token=alice.token, query={"q": carol.uri, "resolve": "true"})).ok()
    assert [one["acct"] for one in found["accounts"]] == ["carol@there.example"]


async def test_what_is_not_there_is_not_found(client: Client, make: Make, elsewhere: Elsewhere) -> None:
    alice = await make.account("alice")
    for typed in ("nobody@there.example", "https://there.example/nothing", "https://127.0.0.1/", "a@b"):
        found = (await client.get(URL, token=alice.token, query={"q": typed, "resolve": "true"})).ok()
        assert found == {"accounts": [], "statuses": [], "hashtags": []}


async def test_a_private_post_is_shown_to_nobody_who_may_not_see_it(
    client: Client, make: Make, elsewhere: Elsewhere
) -> None:
    alice = await make.account("alice")
    carol = elsewhere.actor("carol@there.example")
    note = elsewhere.put(carol.note(to=[carol.followers], cc=[]))
    found = (await client.get(URL, token=alice.token, query={"q": note, "resolve": "true"})).ok()
    assert found["statuses"] == []


async def test_accounts_are_looked_up_by_their_handle(
    client: Client, make: Make, elsewhere: Elsewhere
) -> None:
    alice = await make.account("alice")
    elsewhere.actor("carol@there.example")
    asked = {"q": "carol@there.example", "resolve": "true"}
    found = (await client.get("/api/v1/accounts/search", token=alice.token, query=asked)).ok()
    assert [one["acct"] for one in found] == ["carol@there.example"]
    known = await client.get("/api/v1/accounts/lookup", query={"acct": "carol@there.example"})
    assert known.ok()["id"] == found[0]["id"]


async def test_somebody_mentioned_is_met(client: Client, make: Make, elsewhere: Elsewhere) -> None:
    alice = await make.account("alice")
    elsewhere.actor("carol@there.example")
    said = {"status": "Hello @carol@there.example and @nobody@there.example"}
    posted = (await client.post("/api/v1/statuses", token=alice.token, form=said)).ok()
    assert [one["acct"] for one in posted["mentions"]] == ["carol@there.example"]


class TestLimited:
    @pytest.fixture
    def settings_given(self) -> dict[str, str]:
        return {"STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "on"}

    async def test_nobody_has_us_ask_without_end(
        self, client: Client, make: Make, house: House, elsewhere: Elsewhere
    ) -> None:
        alice, bob = await make.account("alice"), await make.account("bob")
        statuses = []
        for number in range(70):
            asked = {"q": f"u{number}@there.example", "resolve": "true"}
            statuses.append((await client.get(URL, token=alice.token, query=asked)).status)
        assert statuses.count(200) == 60
        assert statuses[-1] == 429
        at_home = {"q": "alice", "resolve": "true"}
        assert (await client.get(URL, token=alice.token, query=at_home)).status == 200
        assert (await client.get(URL, token=bob.token, query=asked)).status == 200
