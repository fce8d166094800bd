"""What pages of ours are told, by the session of their browser: that there is something new, no more."""

from __future__ import annotations

import pytest

from stoa.api.streaming import places
from stoa.core.auth import sessions
from stoa.core.house import House
from tests.api.streaming.listening import Refusal, hub, listening
from tests.make import Make, Person

pytestmark = pytest.mark.anyio

LIVE = "/live"
HOME = {"stream": "user"}


async def cookie(house: House, person: Person) -> dict[str, str]:
    async with house.db.write() as conn:
        value = await sessions.open_session(conn, person.id, ip="127.0.0.1", user_agent="A browser")
    return {"cookie": f"{sessions.COOKIE}={value}"}


async def test_a_page_is_told_that_there_is_something_new_and_not_what(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    headers = await cookie(house, alice)
    async with listening(house, None, kind="http", path=LIVE, headers=headers, query=HOME) as ear:
        assert ear.headers["content-type"].startswith("text/event-stream")
        assert "access-control-allow-origin" not in ear.headers
        assert b"retry: " in ear.parts
        ear.parts = b""
        await make.status(bob, "Something of weight")
        await make.status(bob, "@alice a word", visibility="direct")
        await make.status(await make.account("carl"), "To nobody here")
        assert b"weight" not in ear.parts
        heard = [("notification", "undefined"), ("update", "undefined"), ("update", "undefined")]
        assert sorted(await ear.sse()) == heard


async def test_on_other_pages_notifications_are_told_too(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    headers = await cookie(house, alice)
    query = {"stream": "hashtag", "tag": "harbour"}
    async with listening(house, None, kind="http", path=LIVE, headers=headers, query=query) as ear:
        ear.parts = b""
        await make.status(bob, "At the #harbour, @alice")
        await make.status(bob, "Elsewhere")
        assert sorted(event for event, _ in await ear.sse()) == ["notification", "update"]


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ({"stream": "user"}, {"cookie": ""}, 403),
        ({"stream": "user"}, {"cookie": f"{sessions.COOKIE}=made-up"}, 403),
        ({"stream": "user"}, {"cookie": f"{sessions.COOKIE}={'x' * 2_000}"}, 403),
        ({"stream": "user"}, {"sec-fetch-site": "cross-site"}, 403),
        ({"stream": "user"}, {"sec-fetch-site": "same-site"}, 403),
        ({"stream": "everything"}, {}, 400),
        ({"stream": "hashtag"}, {}, 400),
        ({"stream": "list", "list": "12"}, {}, 403),
        ({}, {}, 400),
    ],
)
async def test_only_pages_of_this_server_hear_what_is_for_their_member(
    house: House, make: Make, query: dict[str, str], headers: dict[str, str], status: int
) -> None:
    sent = {**await cookie(house, await make.account("alice")), **headers}
    with pytest.raises(Refusal) as refused:
        async with listening(house, None, kind="http", path=LIVE, headers=sent, query=query):
            pass
    assert refused.value.status == status


async def test_a_token_opens_no_page(house: House, make: Make) -> None:
    alice = await make.account("alice")
    with pytest.raises(Refusal) as refused:
        async with listening(house, alice.token, kind="http", path=LIVE, query={"stream": "user"}):
            pass
    assert refused.value.status == 403


async def test_it_ends_with_the_session(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    headers = await cookie(house, alice)
    async with listening(house, None, kind="http", path=LIVE, headers=headers, query=HOME) as ear:
        async with house.db.write() as conn:
            await sessions.end_all(conn, alice.id)
        hub(house)._checked = 0  # it was looked at a moment ago
        ear.parts = b""
        await make.status(bob, "Not for you any more")
        assert await ear.sse() == []
        assert not hub(house).listeners


class TestLimits:
    @pytest.fixture
    def settings_given(self) -> dict[str, str]:
        return {"STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "on"}

    async def test_a_session_has_only_so_many_lines(
        self, house: House, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headers = await cookie(house, await make.account("alice"))
        monkeypatch.setattr(places, "MOST_OF_A_TOKEN", 1)
        async with listening(house, None, kind="http", path=LIVE, headers=headers, query=HOME):
            with pytest.raises(Refusal) as refused:
                async with listening(house, None, kind="http", path=LIVE, headers=headers, query=HOME):
                    pass
            assert refused.value.status == 429
