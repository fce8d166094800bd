"""Servers talk to each other over real HTTP with real signatures; one of them loses its power meanwhile.

Posts.  Every journey runs on SQLite and on PostgreSQL.  What is killed differs: the one that sends, after
it has acknowledged what a person did and before it can have told the others; or the one that receives.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.fediverse import Refused, Servers, again, arrive, follower_and_author, until


def test_a_follow_and_a_long_post(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    text = "\n\n".join(f"Paragraph {number}, with a formula: $x_{number}^2$." for number in range(200))
    made = alice.post(text, content_type="text/markdown")
    again(servers[0])
    seen = until(lambda: bob.sees(made["uri"]))
    assert "Paragraph 199" in seen["content"]
    assert seen["content"] == made["content"]
    assert seen["account"]["acct"] == alice.handle
    assert seen["url"] == made["url"]
    assert [one["uri"] for one in bob.home()].count(made["uri"]) == 1


def test_a_titled_post_goes_out_as_an_article_and_is_shown_in_full(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    made = alice.post("# Begin\n\nThe *whole* text.", content_type="text/markdown", title="On porches")
    again(servers[1])
    seen = until(lambda: bob.sees(made["uri"]))
    assert "On porches" in seen["content"] or seen.get("title") == "On porches"
    assert "<em>whole</em>" in seen["content"]


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_every_visibility_reaches_those_it_is_for(servers: Servers, visibility: str) -> None:
    alice, bob = follower_and_author(servers)
    carl = arrive(servers[2], "carl")
    made = alice.post(f"For @{bob.handle}: {visibility}.", visibility=visibility)
    again(servers[0])
    [mention] = until(lambda: bob.told("mention"))
    assert mention["status"]["visibility"] == visibility
    assert mention["status"]["uri"] == made["uri"]
    if visibility in ("public", "unlisted"):
        until(lambda: carl.find(made["uri"]))
    else:
        assert carl.find(made["uri"]) is None


def test_a_conversation_across_three_servers(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    carl = arrive(servers[2], "carl")
    carl.follow(bob)
    first = alice.post("What is a porch for?")
    here = until(lambda: bob.sees(first["uri"]))
    second = bob.post(f"@{alice.handle} To argue.", in_reply_to_id=here["id"])
    again(servers[1])
    until(lambda: alice.told("mention"))
    there = until(lambda: carl.find(second["uri"]))
    until(lambda: carl.account(alice))
    third = carl.post(f"@{bob.handle} @{alice.handle} In the shade.", in_reply_to_id=there["id"])
    again(servers[2])

    def told() -> Any:
        below = alice.get(f"/api/v1/statuses/{first['id']}/context")["descendants"]
        return [one["uri"] for one in below] == [second["uri"], third["uri"]]

    until(told)

    def above() -> Any:
        found = carl.get(f"/api/v1/statuses/{third['id']}/context")["ancestors"]
        return [one["uri"] for one in found] == [first["uri"], second["uri"]]

    until(above)


def test_an_edit_and_a_delete_arrive(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    made = alice.post("A frist draft.")
    until(lambda: bob.sees(made["uri"]))
    alice.ask("PUT", f"/api/v1/statuses/{made['id']}", status="A first draft.")
    again(servers[0])
    seen = until(lambda: (found := bob.sees(made["uri"])) and found["edited_at"] and found)
    assert "first draft" in seen["content"]
    assert len(bob.get(f"/api/v1/statuses/{seen['id']}/history")) == 2
    alice.delete(made["id"])
    again(servers[0])
    until(lambda: bob.sees(made["uri"]) is None)
    with pytest.raises(Refused):
        bob.status(seen["id"])


def test_a_favourite_and_a_boost_are_counted_and_taken_back(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    carl = arrive(servers[2], "carl")
    carl.follow(bob)
    made = alice.post("Worth passing on.")
    here = until(lambda: bob.sees(made["uri"]))
    bob.do(here["id"], "favourite")
    bob.do(here["id"], "reblog")
    again(servers[1])
    until(lambda: alice.told("favourite") and alice.told("reblog"))
    found = alice.status(made["id"])
    assert (found["favourites_count"], found["reblogs_count"]) == (1, 1)
    boost = until(lambda: carl.sees(made["uri"]))
    assert boost["reblog"]["account"]["acct"] == alice.handle
    bob.do(here["id"], "unfavourite")
    bob.do(here["id"], "unreblog")
    again(servers[0])

    def back() -> bool:
        now = alice.status(made["id"])
        return (now["favourites_count"], now["reblogs_count"]) == (0, 0)

    until(back)
    until(lambda: carl.sees(made["uri"]) is None)


def test_votes_are_counted_where_the_poll_is(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    carl = arrive(servers[2], "carl")
    carl.follow(alice)
    poll = {"options": ["tea", "coffee", "water"], "expires_in": 3600, "multiple": True}
    made = alice.post("What do you drink?", poll=poll)
    for person, choices in ((bob, [0]), (carl, [0, 2])):
        here = until(lambda person=person: person.sees(made["uri"]))  # type: ignore[misc]
        person.ask("POST", f"/api/v1/polls/{here['poll']['id']}/votes", choices=choices)
    again(servers[1])
    again(servers[2])

    def counted() -> Any:
        now = alice.get(f"/api/v1/polls/{made['poll']['id']}")
        return [one["votes_count"] for one in now["options"]] == [2, 0, 1] and now["voters_count"] == 2

    until(counted)


def test_what_was_missing_of_a_thread_is_fetched(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    carl = arrive(servers[2], "carl")
    first = alice.post("The beginning.")
    answer = bob.post("The middle.", in_reply_to_id=until(lambda: bob.sees(first["uri"]))["id"])
    until(lambda: alice.get(f"/api/v1/statuses/{first['id']}/context")["descendants"])
    here = until(lambda: carl.find(answer["uri"]))

    def above() -> Any:
        found = carl.get(f"/api/v1/statuses/{here['id']}/context")["ancestors"]
        return [one["uri"] for one in found] == [first["uri"]]

    until(above)
