"""POST /api/v1/statuses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import polls, scheduled_statuses, statuses, tags
from tests.client import Answer, Client
from tests.make import Make, Person

POST = "/api/v1/statuses"

COUNTS = [
    Query(select(func.count()).select_from(table)) for table in (statuses, polls, tags, scheduled_statuses)
]


async def write(client: Client, author: Person, status: str = "Hello.", **params: Any) -> Answer:
    return await client.post(POST, token=author.token, json={"status": status, **params})


async def statuses_of(client: Client, person: Person) -> int:
    account = (await client.get("/api/v1/accounts/verify_credentials", token=person.token)).ok()
    count: int = account["statuses_count"]
    return count


async def test_a_post_is_shown_as_it_was_written(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    bob = await make.account("bob")
    text = "# Hello\n\n*you* and @bob, see #Test"
    made = (await write(client, alice, text, content_type="text/markdown", title=" A\ntitle ")).ok()
    assert made["content"].startswith("<p><strong>A title</strong></p><h1>Hello</h1>")
    assert made["url"] == f"http://localhost:8000/@alice/{made['id']}"
    assert made["uri"] == f"http://localhost:8000/ap/users/{alice.id}/statuses/{made['id']}"
    assert made["tags"] == [{"name": "Test", "url": "http://localhost:8000/tags/Test"}]
    assert [one["id"] for one in made["mentions"]] == [str(bob.id)]
    assert made["visibility"] == "public"
    assert (await client.get(f"{POST}/{made['id']}")).ok()["content"] == made["content"]
    assert await statuses_of(client, alice) == 1
    source = (await client.get(f"{POST}/{made['id']}/source", token=alice.token)).ok()
    assert source == {
        "id": made["id"],
        "text": text,
        "spoiler_text": "",
        "content_type": "text/markdown",
        "title": "A title",
    }


async def test_plain_text_is_not_read_as_markdown(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = (await write(client, alice, "# no heading\n*here* <b>x</b>")).ok()
    assert made["content"] == "<p># no heading<br>*here* &lt;b&gt;x&lt;/b&gt;</p>"


@pytest.mark.parametrize("how", ["json", "form"])
async def test_a_poll_comes_with_the_post_from_json_and_forms(client: Client, make: Make, how: str) -> None:
    alice = await make.account("alice")
    if how == "json":
        poll = {"options": ["tea", "coffee"], "expires_in": 600, "multiple": True}
        made = (await write(client, alice, "Which?", poll=poll)).ok()
    else:
        form = [
            ("status", "Which?"), ("poll[options][]", "tea"), ("poll[options][]", "coffee"),
            ("poll[expires_in]", "600"), ("poll[multiple]", "true"),
        ]  # fmt: skip
        made = (await client.post(POST, token=alice.token, form=form)).ok()
    assert [option["title"] for option in made["poll"]["options"]] == ["tea", "coffee"]
    assert made["poll"]["multiple"] is True
    assert made["poll"]["votes_count"] == 0


async def test_a_reply_is_counted_and_joins_the_conversation(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = (await write(client, alice)).ok()
    reply = (await write(client, bob, "@alice yes", in_reply_to_id=root["id"])).ok()
    assert reply["in_reply_to_id"] == root["id"]
    assert reply["in_reply_to_account_id"] == str(alice.id)
    assert (await client.get(f"{POST}/{root['id']}")).ok()["replies_count"] == 1
    own = (await write(client, bob, "and", in_reply_to_id=reply["id"])).ok()
    assert own["in_reply_to_account_id"] == str(alice.id)


async def test_a_private_reply_is_not_counted(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    root = (await write(client, alice)).ok()
    (await write(client, alice, in_reply_to_id=root["id"], visibility="private")).ok()
    assert (await client.get(f"{POST}/{root['id']}")).ok()["replies_count"] == 0


async def test_a_reply_goes_to_no_wider_circle_unless_its_author_says_so(
    client: Client, make: Make
) -> None:
    alice = await make.account("alice")
    root = (await write(client, alice, visibility="unlisted")).ok()
    assert (await write(client, alice, in_reply_to_id=root["id"])).ok()["visibility"] == "unlisted"
    said = await write(client, alice, in_reply_to_id=root["id"], visibility="public")
    assert said.ok()["visibility"] == "public"


async def test_a_reply_to_a_boost_answers_what_was_boosted(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = (await write(client, alice)).ok()
    boost = (await client.post(f"{POST}/{root['id']}/reblog", token=bob.token)).ok()
    reply = (await write(client, bob, in_reply_to_id=boost["id"])).ok()
    assert reply["in_reply_to_id"] == root["id"]


async def test_a_post_for_followers_is_private_where_the_account_is_locked(
    client: Client, make: Make
) -> None:
    alice = await make.account("alice", locked=True)
    assert (await write(client, alice)).ok()["visibility"] == "private"


async def test_a_direct_post_counts_for_nobody_and_is_seen_by_whom_it_names(
    client: Client, make: Make
) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    made = (await write(client, alice, "@bob a secret", visibility="direct")).ok()
    assert await statuses_of(client, alice) == 0
    assert (await client.get(f"{POST}/{made['id']}", token=bob.token)).status == 200
    for token in (eve.token, None):
        assert (await client.get(f"{POST}/{made['id']}", token=token)).status == 404


async def test_nobody_is_addressed_across_a_block(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.block(bob, alice)
    made = (await write(client, alice, "@bob hello", visibility="direct")).ok()
    assert made["mentions"] == []
    assert (await client.get(f"{POST}/{made['id']}", token=bob.token)).status == 404


async def test_the_language_is_found_out_where_it_is_not_given(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    german = "Das ist ein langer deutscher Satz, in dem nichts Besonderes steht, außer dass er lang ist."
    assert (await write(client, alice, german)).ok()["language"] == "de"
    assert (await write(client, alice, german, language="uk")).ok()["language"] == "uk"
    assert (await write(client, alice, german, language="x" * 1000)).status == 422


async def test_a_warning_alone_becomes_the_text(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = (await write(client, alice, "", spoiler_text="Only this")).ok()
    assert (made["content"], made["spoiler_text"]) == ("<p>Only this</p>", "")
    warned = (await write(client, alice, "text", spoiler_text="careful")).ok()
    assert (warned["spoiler_text"], warned["sensitive"]) == ("careful", True)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"status": ""}, "Validation failed: Text can't be blank"),
        ({"status": " \n "}, "Validation failed: Text can't be blank"),
        ({"status": "x" * 65_536}, "Validation failed: Text character limit of 65535 exceeded"),
        (
            {"status": "x" * 65_530, "spoiler_text": "y" * 10},
            "Validation failed: Text character limit of 65535 exceeded",
        ),
        ({"status": "x" * 1_000_000}, "Validation failed: Text character limit of 65535 exceeded"),
        ({"status": "x", "visibility": "everyone"}, None),
        ({"status": "x", "content_type": "text/x-rst"}, None),
        ({"status": "x", "in_reply_to_id": "abc"}, None),
        ({"status": "x", "media_ids": ["1"]}, "One of the attached files does not exist."),
        ({"status": "x", "media_ids": [str(n) for n in range(5)]}, None),
        ({"status": "x", "media_ids": {"a": "b"}}, None),
        ({"status": ["x"]}, None),
        ({"status": {"a": "b"}}, None),
        ({"status": "x", "title": "t" * 301}, None),
        ({"status": "x", "poll": {"options": ["one"], "expires_in": 600}}, None),
        ({"status": "x", "poll": {"options": ["a", "a"], "expires_in": 600}}, None),
        ({"status": "x", "poll": {"options": ["a", " "], "expires_in": 600}}, None),
        ({"status": "x", "poll": {"options": ["a", "b" * 51], "expires_in": 600}}, None),
        ({"status": "x", "poll": {"options": list("abcde"), "expires_in": 600}}, None),
        ({"status": "x", "poll": {"options": ["a", "b"], "expires_in": 299}}, None),
        ({"status": "x", "poll": {"options": ["a", "b"], "expires_in": 2_700_000}}, None),
        ({"status": "x", "poll": {"options": ["a", "b"]}}, None),
        ({"status": "x", "poll": "yes"}, None),
        ({"status": "x", "scheduled_at": "tomorrow"}, None),
        ({"status": "x", "scheduled_at": "2020-01-01T00:00:00Z"}, None),
        ({"status": "x", "scheduled_at": "0001-01-01T00:00:00+23:59"}, None),
    ],
)
async def test_what_breaks_a_rule_is_refused_and_leaves_nothing(
    client: Client, make: Make, house: House, params: dict[str, Any], message: str | None
) -> None:
    alice = await make.account("alice")
    answer = await client.post(POST, token=alice.token, json=params)
    assert answer.status == 422, answer.text
    assert message is None or answer.json["error"] == message
    assert await statuses_of(client, alice) == 0
    async with house.db.read() as conn:
        for count in COUNTS:
            assert await conn.scalar(count) == 0


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
async def test_characters_that_no_text_holds_are_refused_or_replaced(
    client: Client, make: Make, text: str
) -> None:
    alice = await make.account("alice")
    answer = await write(client, alice, text)
    assert answer.status in (400, 422)


async def test_as_many_characters_as_are_allowed_are_taken_and_links_count_23(
    client: Client, make: Make
) -> None:
    alice = await make.account("alice")
    link = "https://example.org/" + "x" * 500
    made = (await write(client, alice, "ü" * (65_535 - 24) + " " + link)).ok()
    assert len(made["content"]) > 65_535


async def test_accounts_that_were_not_meant_are_named(client: Client, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    params = {"allowed_mentions": [str(bob.id)]}
    answer = await write(client, alice, "@bob says @eve", **params)
    assert answer.status == 422
    assert [one["id"] for one in answer.json["unexpected_accounts"]] == [str(eve.id)]
    assert (await write(client, alice, "@bob says @eve", allowed_mentions=[])).status == 422
    assert (await write(client, alice, "@bob and me, @alice", **params)).status == 200


async def test_what_cannot_be_seen_cannot_be_answered(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    secret = await make.status(alice, "for me", visibility="direct")
    for unseen in (secret, 1):
        assert (await write(client, bob, in_reply_to_id=str(unseen))).status == 404
        assert (await write(client, bob, quoted_status_id=str(unseen))).status == 404
    assert await statuses_of(client, bob) == 0


async def test_the_same_key_gives_the_same_post(client: Client, make: Make, house: House) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")

    async def post(person: Person, key: str) -> Any:
        answer = await client.post(
            POST, token=person.token, json={"status": "once"}, headers={"idempotency-key": key}
        )
        return answer.ok()["id"]

    first = await post(alice, "k")
    assert await post(alice, "k") == first
    assert await post(alice, "other") != first
    assert await post(bob, "k") != first
    at_once = await asyncio.gather(*(post(alice, "again") for _ in range(8)))
    assert len(set(at_once)) == 1
    assert await statuses_of(client, alice) == 3
    (await client.delete(f"{POST}/{first}", token=alice.token)).ok()
    assert await post(alice, "k") != first
    too_long = {"idempotency-key": "k" * 256}
    answer = await client.post(POST, token=alice.token, json={"status": "x"}, headers=too_long)
    assert answer.status == 422


async def test_a_refused_post_leaves_its_key_free(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    headers = {"idempotency-key": "k"}
    refused = await client.post(POST, token=alice.token, json={"status": ""}, headers=headers)
    assert refused.status == 422
    (await client.post(POST, token=alice.token, json={"status": "now"}, headers=headers)).ok()


async def test_writing_needs_the_scope_for_it(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    reader = await make.token(alice, "read write:media")
    assert (await client.post(POST, token=reader, json={"status": "x"})).status == 403
    assert (await client.post(POST, json={"status": "x"})).status == 401
    assert await statuses_of(client, alice) == 0


async def test_many_are_shown_in_the_order_asked_for(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    one, two = await make.status(alice, "one"), await make.status(alice, "two")
    secret = await make.status(alice, "secret", visibility="private")
    query = [("id[]", two), ("id[]", "abc"), ("id[]", secret), ("id[]", one), ("id[]", 5)]
    shown = (await client.get(POST, query=query)).ok()
    assert [status["id"] for status in shown] == [str(two), str(one)]


async def test_no_account_that_is_suspended_posts(client: Client, make: Make) -> None:
    alice = await make.account("alice", suspended_at=1)
    assert (await write(client, alice)).status == 403


async def test_a_reply_may_say_which_passage_it_is_about(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    essay = (await write(client, alice, "It rained. So it goes.")).ok()["id"]
    passage = {"exact": "It rained", "prefix": "", "suffix": ". So it"}
    made = (await write(client, bob, "Where?", in_reply_to_id=essay, passage=passage)).ok()
    assert made["content"] == "<blockquote><p>It rained</p></blockquote>\n<p>Where?</p>"
    passage = {"exact": "Nobody said anything like it"}
    refused = await write(client, bob, "Where?", in_reply_to_id=essay, passage=passage)
    assert refused.status == 422
    assert "passage" in refused.json["error"]
    for odd in ({"exact": "x" * 1_001}, {"exact": 7}, "It rained", {"exact": "a", "prefix": "x" * 65}):
        assert (await write(client, bob, "x", in_reply_to_id=essay, passage=odd)).status in (400, 422)
