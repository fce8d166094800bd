"""Filters: made, changed, removed, and applied wherever a status is shown."""

from __future__ import annotations

from typing import Any

import pytest

from stoa import ids
from stoa.core.filters.model import Entry, Filter, Keyword, results
from stoa.core.house import House
from stoa.core.statuses import reblog
from tests.client import Client
from tests.contract import problems
from tests.make import Make, Person

V1, V2 = "/api/v1/filters", "/api/v2/filters"


async def new(client: Client, person: Person, *words: str, **said: Any) -> Any:
    asked = {
        "title": "Unwanted",
        "context": ["home"],
        "keywords_attributes": [{"keyword": word} for word in words],
        **said,
    }
    return (await client.post(V2, token=person.token, json=asked)).ok()


async def filtered(client: Client, person: Person, status_id: object) -> Any:
    return (await client.get(f"/api/v1/statuses/{status_id}", token=person.token)).ok()["filtered"]


def _words(*keywords: str, whole: bool = True) -> list[Filter]:
    held = tuple(Keyword(place, one, whole) for place, one in enumerate(keywords))
    return [Filter(id=1, title="x", contexts=("home",), action="warn", expires_at=None, keywords=held)]


@pytest.mark.parametrize(
    ("keyword", "said"),
    [
        ("cat", "My Cat."), ("cat", "cat"), ("#maths", "I like #maths!"), ("c++", "in c++, that is"),
        ("ängste", "Große ÄNGSTE"), ("two words", "these two words"), ("猫", "犬 猫 鳥"), ("a.b", "so a.b"),
    ],
)  # fmt: skip
def test_a_whole_word_is_found_whatever_its_case(keyword: str, said: str) -> None:
    [found] = results(_words(keyword), said, (1,))
    assert found.keywords == (keyword,)


@pytest.mark.parametrize(
    ("keyword", "said"), [("cat", "concatenate"), ("cat", "cats"), ("a.b", "axb"), ("maths", "math s")]
)
def test_a_part_of_a_word_is_not_the_word(keyword: str, said: str) -> None:
    assert results(_words(keyword), said, (1,)) == []
    if keyword in said:
        assert results(_words(keyword, whole=False), said, (1,))


def test_all_words_that_are_found_are_named_and_statuses_too() -> None:
    held = [*_words("cat", "dog", "cow")]
    named = Filter(
        id=2, title="y", contexts=("home",), action="hide", expires_at=None, statuses=(Entry(9, 5),)
    )
    first, second = results([*held, named], "a dog and a cat", (7, 5))
    assert first.keywords == ("cat", "dog")
    assert second.status_ids == (5,)


async def test_a_filter_is_made_read_changed_and_removed(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = await new(client, alice, "cat", "dog", context=["home", "public"], expires_in=60)
    assert not problems(made, "Filter")
    assert made["filter_action"] == "warn"
    assert [one["keyword"] for one in made["keywords"]] == ["cat", "dog"]
    assert all(one["whole_word"] for one in made["keywords"])
    address = f"{V2}/{made['id']}"
    cat, dog = (one["id"] for one in made["keywords"])
    change = {
        "title": "Pets",
        "filter_action": "blur",
        "expires_in": "",
        "keywords_attributes": [
            {"id": cat, "_destroy": True},
            {"id": dog, "keyword": "dogs", "whole_word": False},
            {"keyword": "fish"},
        ],
    }
    changed = (await client.put(address, token=alice.token, json=change)).ok()
    assert (changed["title"], changed["filter_action"], changed["expires_at"]) == ("Pets", "blur", None)
    assert changed["context"] == ["home", "public"]
    assert [(one["keyword"], one["whole_word"]) for one in changed["keywords"]] == [
        ("dogs", False),
        ("fish", True),
    ]
    assert (await client.get(V2, token=alice.token)).ok() == [changed]
    assert (await client.get(address, token=alice.token)).ok() == changed
    assert (await client.delete(address, token=alice.token)).ok() == {}
    assert (await client.get(address, token=alice.token)).status == 404


async def test_a_form_may_say_it_as_rails_does(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    form = {
        "title": "Pets",
        "context[]": ["home", "thread"],
        "filter_action": "hide",
        "keywords_attributes[][keyword]": "cat",
        "keywords_attributes[][whole_word]": "false",
    }
    made = (await client.post(V2, token=alice.token, form=form)).ok()
    assert made["context"] == ["home", "thread"]
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [("cat", False)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "}, {"context": []}, {"context": ["everywhere"]}, {"filter_action": "explode"},
        {"keywords_attributes": [{"keyword": " "}]}, {"keywords_attributes": [{"keyword": "x" * 513}]},
        {"title": "x" * 257}, {"keywords_attributes": [{"keyword": "x"}] * 201}, {"expires_in": 10**12},
    ],
)  # fmt: skip
async def test_what_is_no_filter_is_refused_and_leaves_nothing(
    client: Client, make: Make, wrong: dict[str, Any]
) -> None:
    alice = await make.account("alice")
    asked = {"title": "Pets", "context": ["home"], **wrong}
    assert (await client.post(V2, token=alice.token, json=asked)).status == 422
    assert (await client.get(V2, token=alice.token)).ok() == []


async def test_keywords_are_things_of_their_own(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = await new(client, alice)
    added = (
        await client.post(f"{V2}/{made['id']}/keywords", token=alice.token, json={"keyword": "cat"})
    ).ok()
    assert not problems(added, "FilterKeyword")
    address = f"{V2}/keywords/{added['id']}"
    assert (await client.get(address, token=alice.token)).ok() == added
    changed = (await client.put(address, token=alice.token, json={"keyword": "dog"})).ok()
    assert changed == {**added, "keyword": "dog"}
    assert (await client.put(address, token=alice.token, json={"keyword": ""})).status == 422
    assert (await client.get(f"{V2}/{made['id']}/keywords", token=alice.token)).ok() == [changed]
    assert (await client.delete(address, token=alice.token)).ok() == {}
    assert (await client.get(address, token=alice.token)).status == 404


async def test_nobody_reaches_into_the_filters_of_somebody_else(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await new(client, alice, "cat")
    said = await make.status(bob)
    entry = (
        await client.post(f"{V2}/{made['id']}/statuses", token=alice.token, json={"status_id": str(said)})
    ).ok()
    keyword = made["keywords"][0]["id"]
    for path in (f"{V2}/{made['id']}", f"{V2}/keywords/{keyword}", f"{V2}/statuses/{entry['id']}",
                 f"{V1}/{keyword}"):  # fmt: skip
        assert (await client.get(path, token=bob.token)).status == 404
        assert (await client.delete(path, token=bob.token)).status == 404
    for path in (f"{V2}/{made['id']}", f"{V2}/keywords/{keyword}", f"{V1}/{keyword}"):
        assert (await client.put(path, token=bob.token, json={"keyword": "x"})).status == 404
    mine = await new(client, bob, "fish")
    theirs = {
        "keywords_attributes": [{"id": keyword, "keyword": "stolen"}, {"id": keyword, "_destroy": True}]
    }
    (await client.put(f"{V2}/{mine['id']}", token=bob.token, json=theirs)).ok()
    assert [one["keyword"] for one in (await client.get(V2, token=alice.token)).ok()[0]["keywords"]] == [
        "cat"
    ]


async def test_a_single_status_is_filtered_by_its_number(client: Client, make: Make, house: House) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    said, other = await make.status(bob), await make.status(bob)
    made = await new(client, alice)
    address = f"{V2}/{made['id']}/statuses"
    entry = (await client.post(address, token=alice.token, json={"status_id": str(said)})).ok()
    assert not problems(entry, "FilterStatus")
    assert (await client.post(address, token=alice.token, json={"status_id": str(said)})).ok() == entry
    assert (await client.get(address, token=alice.token)).ok() == [entry]
    [reason] = await filtered(client, alice, said)
    assert not problems(reason, "FilterResult")
    assert (reason["keyword_matches"], reason["status_matches"]) == (None, [str(said)])
    assert await filtered(client, alice, other) == []
    async with house.db.write() as conn:
        boost = await reblog.reblog(conn, bob.id, said, house.addresses)
    shown = (await client.get(f"/api/v1/statuses/{boost}", token=alice.token)).ok()
    assert shown["filtered"] == shown["reblog"]["filtered"] == [reason]
    gone = await client.delete(f"{V2}/statuses/{entry['id']}", token=alice.token)
    assert gone.ok() == entry
    assert await filtered(client, alice, said) == []


async def test_a_status_nobody_shows_them_cannot_be_named(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    secret = await make.status(bob, visibility="direct")
    made = await new(client, alice)
    for status_id in (str(secret), "1", "x", ""):
        answer = await client.post(
            f"{V2}/{made['id']}/statuses", token=alice.token, json={"status_id": status_id}
        )
        assert answer.status == 404, status_id


async def test_words_are_looked_for_in_all_that_is_read(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await new(client, alice, "cat")
    poll = {"options": ["A cat", "None"], "expires_in": 3600}
    for text, draft in (
        ("A cat.", {}),
        ("Hello.", {"spoiler_text": "cat"}),
        ("Hello.", {"title": "The Cat"}),
    ):
        [reason] = await filtered(client, alice, await make.status(bob, text, **draft))
        assert reason["keyword_matches"] == ["cat"]
    asked = {"status": "Which?", "poll": poll}
    made = (await client.post("/api/v1/statuses", token=bob.token, json=asked)).ok()
    assert len(await filtered(client, alice, made["id"])) == 1
    assert await filtered(client, alice, await make.status(bob, "concatenate")) == []


async def test_every_list_of_statuses_says_it(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    await new(client, alice, "cat")
    said = await make.status(bob, "@alice A cat. #pets")
    for path in (
        "timelines/home", "timelines/public", "timelines/tag/pets", f"accounts/{bob.id}/statuses",
    ):  # fmt: skip
        [one] = (await client.get(f"/api/v1/{path}", token=alice.token)).ok()
        assert len(one["filtered"]) == 1, path
    [told] = (await client.get("/api/v1/notifications?types[]=mention", token=alice.token)).ok()
    assert len(told["status"]["filtered"]) == 1
    reply = await make.status(bob, "Hm.", in_reply_to_id=said)
    context = (await client.get(f"/api/v1/statuses/{reply}/context", token=alice.token)).ok()
    assert len(context["ancestors"][0]["filtered"]) == 1
    [unseen] = (await client.get("/api/v1/timelines/public?limit=1&max_id=" + str(reply))).ok()
    assert "filtered" not in unseen


async def test_ones_own_words_and_expired_filters_hide_nothing(
    client: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await new(client, alice, "cat", expires_in=60)
    mine, theirs = await make.status(alice, "My cat."), await make.status(bob, "A cat.")
    assert await filtered(client, alice, mine) == []
    assert len(await filtered(client, alice, theirs)) == 1
    later = ids.now_ms() + 61_000
    monkeypatch.setattr(ids, "now_ms", lambda: later)
    # Another address, since answers are given again for two seconds.
    assert await filtered(client, alice, f"{theirs}?later") == []
    assert len((await client.get(V2, token=alice.token)).ok()) == 1


async def test_the_first_version_has_a_phrase_each(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    asked = {"phrase": "cat", "context": ["home"], "irreversible": True, "expires_in": 60}
    made = (await client.post(V1, token=alice.token, json=asked)).ok()
    assert not problems(made, "V1::Filter")
    assert (made["phrase"], made["irreversible"], made["whole_word"]) == ("cat", True, False)
    [whole] = (await client.get(V2, token=alice.token)).ok()
    assert (whole["title"], whole["filter_action"], whole["keywords"][0]["id"]) == (
        "cat",
        "hide",
        made["id"],
    )
    address = f"{V1}/{made['id']}"
    change = {"phrase": "dog", "context": ["thread"], "whole_word": True, "irreversible": False}
    changed = (await client.put(address, token=alice.token, json=change)).ok()
    assert (changed["phrase"], changed["context"], changed["irreversible"]) == ("dog", ["thread"], False)
    assert (await client.get(address, token=alice.token)).ok() == changed
    assert (await client.get(V1, token=alice.token)).ok() == [changed]
    (await client.delete(address, token=alice.token)).ok()
    assert (await client.get(V2, token=alice.token)).ok() == []


async def test_the_first_version_does_not_change_what_others_share(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = await new(client, alice, "cat", "dog")
    address = f"{V1}/{made['keywords'][0]['id']}"
    asked = {"phrase": "cats", "context": ["home"]}
    assert (await client.put(address, token=alice.token, json=asked)).ok()["phrase"] == "cats"
    refused = await client.put(address, token=alice.token, json={**asked, "context": ["thread"]})
    assert refused.status == 422
    (await client.delete(address, token=alice.token)).ok()
    [left] = (await client.get(V2, token=alice.token)).ok()
    assert [one["keyword"] for one in left["keywords"]] == ["dog"]
