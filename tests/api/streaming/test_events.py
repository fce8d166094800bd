"""Each event, where it belongs and in the form that is documented."""

from __future__ import annotations

import contextlib
from contextlib import AsyncExitStack
from typing import Any

import pytest

from stoa import ids
from stoa.api import rendered
from stoa.core import events
from stoa.core.house import House
from stoa.main import Assembled
from tests import contract
from tests.api.streaming.listening import hub, listening
from tests.client import Client
from tests.make import Make, Person

pytestmark = pytest.mark.anyio


async def post(client: Client, person: Person, path: str, **form: Any) -> Any:
    return (await client.post(f"/api/v1/{path}", token=person.token, json=form)).ok()


async def test_a_status_comes_as_its_viewer_would_read_it(house: House, client: Client, make: Make) -> None:
    alice, bob, carl = [await make.account(name) for name in ("alice", "bob", "carl")]
    for one in (bob, carl):
        await make.follow(one, alice)
    first = await make.status(alice, "Good morning")
    await post(client, bob, f"statuses/{first}/favourite")
    await post(client, bob, f"statuses/{first}/bookmark")
    async with listening(house, bob.token, "user") as bobs, listening(house, carl.token, "user") as carls:
        await client.put(f"/api/v1/statuses/{first}", token=alice.token, json={"status": "Good evening"})
        for person, ear in ((bob, bobs), (carl, carls)):
            ((stream, event, status),) = await ear.heard()
            assert (stream, event) == (("user",), "status.update")
            assert contract.problems(status, "Status") == []
            shown = (await client.get(f"/api/v1/statuses/{first}", token=person.token)).ok()
            assert status == shown
            assert status["favourited"] == status["bookmarked"] == (person is bob)


async def test_a_filter_is_applied_to_what_arrives(house: House, client: Client, make: Make) -> None:
    alice, bob, carl = [await make.account(name) for name in ("alice", "bob", "carl")]
    made = await client.post(
        "/api/v2/filters", token=bob.token,
        json={"title": "Boats", "context": ["public"], "keywords_attributes": [{"keyword": "ferry"}]},
    )  # fmt: skip
    made.ok()
    async with (
        listening(house, bob.token, "public") as bobs,
        listening(house, carl.token, "public") as carls,
    ):
        await make.status(alice, "The ferry is late")
        await make.status(alice, "The tram is not")
        found = [
            [[one["filter"]["title"] for one in status["filtered"]] for _, _, status in await ear.heard()]
            for ear in (bobs, carls)
        ]
    assert found == [[["Boats"], []], [[], []]]


async def test_a_quote_shows_only_what_its_viewer_may_see(house: House, client: Client, make: Make) -> None:
    alice, bob, carl = [await make.account(name) for name in ("alice", "bob", "carl")]
    quoted = await make.status(alice, "Quote me")
    await make.block(alice, carl)
    async with (
        listening(house, bob.token, "public") as bobs,
        listening(house, carl.token, "public") as carls,
    ):
        quote = await make.status(await make.account("dora"), "See this", quote_of_id=quoted)
        for person, ear in ((bob, bobs), (carl, carls)):
            ((_, _, status),) = await ear.heard()
            shown = (await client.get(f"/api/v1/statuses/{quote}", token=person.token)).ok()
            assert status == shown
            assert (status["quote"]["quoted_status"] is None) == (person is carl)


async def test_votes_are_those_of_who_looks(house: House, client: Client, make: Make) -> None:
    alice, bob, carl = [await make.account(name) for name in ("alice", "bob", "carl")]
    asked = await post(
        client, alice, "statuses", status="Tea?", poll={"options": ["yes", "no"], "expires_in": 3600}
    )
    await post(client, bob, f"polls/{asked['poll']['id']}/votes", choices=[1])
    for one in (bob, carl):
        await make.follow(one, alice)
    async with listening(house, bob.token, "user") as bobs, listening(house, carl.token, "user") as carls:
        changed = {"status": "Tea or not?", "poll": {"options": ["yes", "no"], "expires_in": 3600}}
        await client.put(f"/api/v1/statuses/{asked['id']}", token=alice.token, json=changed)
        votes = []
        for ear in (bobs, carls):
            ((_, event, status),) = await ear.heard()
            assert event == "status.update"
            votes.append((status["poll"]["voted"], status["poll"]["own_votes"]))
    assert votes == [(True, [1]), (False, [])]


async def test_a_notification_is_told_to_whom_it_is_for(house: House, client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await make.status(alice, "Good morning")
    async with (
        listening(house, alice.token, "user", "user:notification") as hers,
        listening(house, bob.token, "user", "user:notification") as his,
    ):
        await post(client, bob, f"statuses/{first}/favourite")
        await post(client, bob, f"accounts/{alice.id}/follow")
        heard = await hers.heard()
        assert [(stream, event) for stream, event, _ in heard] == [
            (("user",), "notification"), (("user:notification",), "notification"),
        ] * 2  # fmt: skip
        for _, _, notification in heard:
            assert contract.problems(notification, "Notification") == []
        shown = (await client.get("/api/v1/notifications", token=alice.token)).ok()
        assert heard[-1][2] == shown[0]
        # Of the first the counts of the account were others when it was told.
        assert [payload["id"] for _, _, payload in heard[::-2]] == [one["id"] for one in shown]
        assert await his.heard() == []


async def test_who_may_not_read_notifications_does_not_hear_them(
    house: House, client: Client, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    token = await make.token(alice, "read:statuses")
    async with listening(house, token, "user") as ear:
        await post(client, bob, f"accounts/{alice.id}/follow")
        mine = await make.status(alice, "But this")
        assert await ear.ids() == [("user", "update", str(mine))]


async def test_whom_one_has_muted_is_not_heard_in_notifications(
    house: House, client: Client, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await make.status(alice, "Good morning")
    await post(client, alice, f"accounts/{bob.id}/mute")
    async with listening(house, alice.token, "user") as ear:
        await post(client, bob, f"statuses/{first}/favourite")
        assert await ear.heard() == []


async def test_the_end_of_a_poll_is_told_to_those_who_voted(
    assembled: Assembled,
    house: House,
    client: Client,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    asked = await post(
        client, alice, "statuses", status="Tea?", poll={"options": ["yes", "no"], "expires_in": 300}
    )
    await post(client, bob, f"polls/{asked['poll']['id']}/votes", choices=[1])
    async with listening(house, bob.token, "user") as ear:
        later = ids.now_ms() + 400_000
        monkeypatch.setattr(ids, "now_ms", lambda: later)
        await assembled.worker.drain(at=later)
        ((_, event, notification),) = await ear.heard()
        assert (event, notification["type"]) == ("notification", "poll")


async def test_a_conversation_is_documented(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with (
        listening(house, alice.token, "direct") as hers,
        listening(house, bob.token, "direct") as his,
    ):
        await make.status(bob, "@alice a word", visibility="direct")
        ((_, event, talk),) = await hers.heard()
        assert contract.problems(talk, "Conversation") == []
        assert (event, talk["unread"], talk["accounts"][0]["acct"]) == ("conversation", True, "bob")
        ((_, _, own),) = await his.heard()
        assert own["unread"] is False


async def test_changed_filters_are_told_without_a_payload(house: House, client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with listening(house, alice.token, "user") as hers, listening(house, bob.token, "user") as his:
        await client.post(
            "/api/v2/filters", token=alice.token, json={"title": "Boats", "context": ["home"]}
        )
        assert await hers.raw() == [{"stream": ["user"], "event": "filters_changed"}]
        assert await his.heard() == []


async def test_merged_notifications_are_told(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "user") as ear:
        async with house.db.write() as conn:
            await events.record(conn, events.NotificationsMerged(alice.id))
        assert await ear.heard() == [(("user",), "notifications_merged", None)]


async def test_a_deleted_post_is_an_id(house: House, client: Client, make: Make) -> None:
    alice = await make.account("alice")
    first = await make.status(alice, "Good morning #harbour")
    async with listening(house, alice.token, "user", "public") as ear:
        await ear.say(type="subscribe", stream="hashtag", tag="Harbour")
        await client.delete(f"/api/v1/statuses/{first}", token=alice.token)
        assert await ear.heard() == [
            (("user",), "delete", str(first)),
            (("public",), "delete", str(first)),
            (("hashtag", "Harbour"), "delete", str(first)),
        ]


async def test_a_deletion_reaches_those_who_were_shown_a_boost(
    house: House, client: Client, make: Make
) -> None:
    alice, bob, carl = [await make.account(name) for name in ("alice", "bob", "carl")]
    await make.follow(carl, bob)
    first = await make.status(alice, "Good morning")
    await post(client, bob, f"statuses/{first}/reblog")
    async with listening(house, carl.token, "user") as ear:
        await client.delete(f"/api/v1/statuses/{first}", token=alice.token)
        assert await ear.heard() == [(("user",), "delete", str(first))]


async def test_what_was_looked_for_long_after_is_not_new(house: House, make: Make) -> None:
    alice = await make.account("alice")
    there = await make.remote("carl@there.example")
    async with listening(house, alice.token, "public") as ear:
        await make.status(there, uri="https://there.example/1", content="<p>Old</p>", belated=True)
        assert await ear.heard() == []


async def test_what_is_undone_is_not_told(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "user") as ear:
        with contextlib.suppress(LookupError):
            async with house.db.write() as conn:
                await events.record(conn, events.FiltersChanged(alice.id))
                raise LookupError
        assert await ear.heard() == []


async def test_many_viewers_cost_one_rendering_and_few_questions(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = await make.account("author")
    rendering = rendered.status_list
    made: list[int] = []

    async def counting(*given: Any) -> list[bytes]:
        made.append(1)
        return await rendering(*given)

    monkeypatch.setattr(rendered, "status_list", counting)
    costs = []
    async with AsyncExitStack() as stack:
        for more in (3, 30):
            for number in range(more):
                person = await make.account(f"listener{more}_{number}")
                await stack.enter_async_context(listening(house, person.token, "public", "user"))
            await make.status(author, "Warming up")
            await hub(house).settle()
            made.clear()
            await make.status(author, "Good morning")
            before = house.db.statements
            await hub(house).settle()
            costs.append(house.db.statements - before)
            assert len(made) == 1
    assert costs[0] == costs[1]
