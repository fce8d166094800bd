"""The house rules: what they let pass, and in which words they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.errors import Forbidden, Invalid, NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.policy.draft import Draft, PollDraft
from stoa.core.policy.judge import judge
from tests.make import Make

YES = PollDraft(options=("a", "b"), expires_in=300)


@pytest.fixture
def settings_given() -> dict[str, str]:
    return {"STOA_MAX_CHARACTERS": "30", "STOA_MAX_ATTACHMENTS": "2"}


async def judged(house: House, **draft: Any) -> None:
    async with house.db.read() as conn:
        await judge(conn, Draft(**draft), house.settings)


@pytest.mark.parametrize(
    "draft",
    [
        {"text": "x" * 30},
        {"text": "👩‍👩‍👧‍👦" * 30},
        {"text": "see https://example.org/" + "x" * 400},
        {"text": "@someone@a-very-long-domain-name.example hi"},
        {"text": "", "media_ids": (1, 2)},
        {"text": "", "poll": YES},
        {"text": "", "quote_of_id": 1},
        {"text": "x", "poll": PollDraft(options=("a", "b"), expires_in=2_629_746)},
    ],
)
async def test_what_fits_passes(house: House, make: Make, draft: dict[str, Any]) -> None:
    alice = await make.account("alice")
    await judged(house, account_id=alice.id, **draft)


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ({"text": "x" * 31}, "character limit of 30 exceeded"),
        ({"text": "x" * 20, "spoiler_text": "y" * 11}, "character limit of 30 exceeded"),
        ({"text": "http://a.b http://a.b"}, "character limit of 30 exceeded"),
        ({"text": "x" * 1_000_000}, "character limit of 30 exceeded"),
        ({"text": "a" + "\u0301" * 2_000}, "character limit of 30 exceeded"),
        ({"text": "\u3000 \n"}, "can't be blank"),
        ({"text": "x", "title": "t" * 301}, "Title"),
        ({"text": "x", "media_ids": (1, 2, 3)}, "at most 2 files"),
        ({"text": "x", "media_ids": (1, 1)}, "twice"),
        ({"text": "x", "media_ids": (1,), "poll": YES}, "not both"),
        ({"text": "x", "poll": PollDraft(options=("a",), expires_in=300)}, "more than one"),
        ({"text": "x", "poll": PollDraft(options=("a", "b"))}, "expires in can't be blank"),
        ({"text": "x", "poll": PollDraft(options=("a", "b"), expires_in=-1)}, "too soon"),
    ],
)
async def test_what_does_not_fit_is_refused(
    house: House, make: Make, draft: dict[str, Any], words: str
) -> None:
    alice = await make.account("alice")
    with pytest.raises(Unprocessable, match=words):
        await judged(house, account_id=alice.id, **draft)


async def test_all_that_is_wrong_with_a_poll_is_said_at_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    poll = PollDraft(options=("a", "a", " ", "x" * 51, "e"), expires_in=300)
    with pytest.raises(Invalid) as refused:
        await judged(house, account_id=alice.id, text="x", poll=poll)
    assert [problem.code for problem in refused.value.details["poll_options"]] == [
        "ERR_TOO_LONG", "ERR_BLANK", "ERR_INVALID",
    ]  # fmt: skip


async def test_other_servers_have_limits_of_their_own(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    poll = PollDraft(options=tuple("abcdefgh"), expires_at=1)
    await judged(house, account_id=carl, uri="https://there.example/1", content="x" * 1000, poll=poll)


async def test_the_suspended_and_the_unknown_say_nothing(house: House, make: Make) -> None:
    alice = await make.account("alice", suspended_at=1)
    carl = await make.remote("carl@there.example", suspended_at=1)
    for account_id in (alice.id, carl):
        with pytest.raises(Forbidden):
            await judged(house, account_id=account_id, text="x", uri=f"https://x.example/{account_id}")
    with pytest.raises(NotFound):
        await judged(house, account_id=1, text="x")
