"""Polls: who sees them, who votes, when they end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import time_machine

from stoa import ids
from stoa.core import events
from stoa.core.house import House
from stoa.core.policy.draft import PollDraft
from stoa.core.statuses import polls, views
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.client import Answer, Client
from tests.make import Make, Person


async def ask(client: Client, author: Person, **poll: Any) -> Any:
    body = {"status": "Which?", "poll": {"options": ["a", "b", "c"], "expires_in": 600, **poll}}
    made = (await client.post("/api/v1/statuses", token=author.token, json=body)).ok()
    return made["poll"]


async def vote(client: Client, poll: Any, voter: Person, *choices: object) -> Answer:
    body = {"choices": list(choices)}
    return await client.post(f"/api/v1/polls/{poll['id']}/votes", token=voter.token, json=body)


async def test_a_vote_is_counted_and_remembered(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    poll = await ask(client, alice)
    voted = (await vote(client, poll, bob, 1)).ok()
    assert (voted["votes_count"], voted["voters_count"]) == (1, 1)
    assert [option["votes_count"] for option in voted["options"]] == [0, 1, 0]
    assert (voted["voted"], voted["own_votes"]) == (True, [1])
    visitor = (await client.get(f"/api/v1/polls/{poll['id']}")).ok()
    assert "voted" not in visitor
    assert visitor["votes_count"] == 1


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ([3], "Validation failed: The chosen vote option does not exist"),
        ([-1], "Validation failed: The chosen vote option does not exist"),
        ([], "Validation failed: The chosen vote option does not exist"),
        ([0, 1], "Validation failed: Only one option can be chosen in this poll"),
        (["x"], None),
        ([10**30], None),
    ],
)
async def test_a_choice_that_is_none_is_refused(
    client: Client, make: Make, choices: list[Any], message: str | None
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    poll = await ask(client, alice)
    answer = await vote(client, poll, bob, *choices)
    assert answer.status == 422
    assert message is None or answer.json["error"] == message
    assert (await client.get(f"/api/v1/polls/{poll['id']}")).ok()["votes_count"] == 0


async def test_one_vote_each_even_of_many_at_once(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    poll = await ask(client, alice)
    answers = await asyncio.gather(*(vote(client, poll, bob, n % 3) for n in range(6)))
    assert sorted(answer.status for answer in answers) == [200, 422, 422, 422, 422, 422]
    refused = next(answer for answer in answers if answer.status == 422)
    assert refused.json["error"] == "Validation failed: You have already voted on this poll"
    assert (await client.get(f"/api/v1/polls/{poll['id']}")).ok()["votes_count"] == 1


async def test_more_can_be_chosen_later_where_several_may(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    poll = await ask(client, alice, multiple=True)
    (await vote(client, poll, bob, 0, 2)).ok()
    assert (await vote(client, poll, bob, 2)).status == 422
    voted = (await vote(client, poll, bob, 1)).ok()
    assert (voted["votes_count"], voted["voters_count"], voted["own_votes"]) == (3, 1, [0, 1, 2])


async def test_authors_do_not_vote_in_their_own_polls(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    assert (await vote(client, await ask(client, alice), alice, 0)).status == 422


async def test_hidden_totals_stay_hidden_to_the_end(client: Client, make: Make, house: House) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    poll = await ask(client, alice, hide_totals=True)
    voted = (await vote(client, poll, bob, 1)).ok()
    assert (voted["votes_count"], voted["voters_count"]) == (None, None)
    assert [option["votes_count"] for option in voted["options"]] == [None] * 3
    with time_machine.travel((ids.now_ms() + 601_000) / 1000):
        over = (await client.get(f"/api/v1/polls/{poll['id']}")).ok()
        assert (over["expired"], over["votes_count"]) == (True, 1)
        late = await vote(client, poll, alice, 0)
        assert late.json["error"] == "Validation failed: The poll has already ended"


async def test_a_poll_nobody_may_see_is_as_unknown_as_none(client: Client, make: Make) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    body = {
        "status": "Us?", "visibility": "private",
        "poll": {"options": ["a", "b"], "expires_in": 600},
    }  # fmt: skip
    poll = (await client.post("/api/v1/statuses", token=alice.token, json=body)).ok()["poll"]
    unknown = await client.get("/api/v1/polls/1", token=eve.token)
    hidden = await client.get(f"/api/v1/polls/{poll['id']}", token=eve.token)
    assert (hidden.status, hidden.body) == (unknown.status, unknown.body) == (404, unknown.body)
    assert (await vote(client, poll, eve, 0)).status == 404
    assert (await client.get(f"/api/v1/polls/{poll['id']}", token=alice.token)).ok()["votes_count"] == 0


async def test_the_end_is_told_once_and_not_before_the_new_end(make: Make, house: House) -> None:
    alice = await make.account("alice")
    await make.status(alice, "Which?", poll=PollDraft(options=("a", "b"), expires_in=600))
    status_id = await make.status(alice, "Which?", poll=PollDraft(options=("a", "b"), expires_in=600))
    async with house.db.write() as conn:
        poll_id = (await views.get(conn, status_id)).poll_id
        assert poll_id is not None
        row = await polls.get(conn, poll_id)
        await polls.close(conn, {"poll_id": poll_id, "end": row.expires_at - 1})
        assert conn.events == []
    later = ids.now_ms() + 601_000
    with time_machine.travel(later / 1000):
        await Worker(house.db, handlers.of(house)).drain()
    async with house.db.write() as conn:
        assert (await polls.get(conn, poll_id)).closed_at is not None
        await polls.close(conn, {"poll_id": poll_id, "end": row.expires_at})
        assert not any(isinstance(event, events.PollClosed) for event in conn.events)
