"""Who elsewhere knows of a status."""

from __future__ import annotations

from typing import Any

from stoa.core.house import House
from stoa.core.policy.draft import PollDraft
from stoa.core.statuses import favourite, polls, reach, reblog
from stoa.core.statuses import views as status_views
from tests.make import Make


async def test_whoever_did_something_with_it_and_whom_it_speaks_of(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    names = ("mentioned", "answered", "quoted", "answers", "boosts", "quotes", "likes", "votes", "other")
    there = {name: await make.remote(f"{name}@there.example") for name in names}

    async def said(name: str, **draft: Any) -> int:
        uri = f"https://there.example/{name}"
        return await make.status(there[name], uri=uri, content="<p>One.</p>", **draft)

    status_id = await make.status(
        alice, "Hello @mentioned@there.example and @bob.", in_reply_to_id=await said("answered"),
        quote_of_id=await said("quoted"), poll=PollDraft(options=("A", "B"), expires_in=3600),
    )  # fmt: skip
    await said("answers", in_reply_to_id=status_id)
    await said("quotes", quote_of_id=status_id)
    await said("other")
    async with house.db.write() as conn:
        poll_id = (await status_views.get(conn, status_id)).poll_id
        assert poll_id is not None
        await polls.vote(conn, poll_id, there["votes"], [0])
        await favourite.favourite(conn, there["likes"], status_id)
        await favourite.favourite(conn, bob.id, status_id)
        await reblog.reblog(
            conn, there["boosts"], status_id, house.addresses, uri="https://there.example/b"
        )
        found = await reach.elsewhere(conn, status_id)
    assert {name for name, account_id in there.items() if account_id in found} == {*names} - {"other"}
    assert len(found) == len(names) - 1
