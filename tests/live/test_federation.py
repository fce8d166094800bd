"""Servers talk to each other over real HTTP with real signatures; one of them loses its power meanwhile.

Every journey runs on SQLite and on PostgreSQL.  What is killed differs: the one that sends, after it has
acknowledged what a person did and before it can have told the others; or the one that receives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import DATABASES
from tests.live.fediverse import Person, Refused, again, arrive, fediverse, until
from tests.live.serving import Browser, Server

Servers = list[Server]


@pytest.fixture(scope="module", params=DATABASES)
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Three servers that start empty."""
    urls = ["", "", ""]
    if request.param == "postgresql":
        postgresql = request.getfixturevalue("postgresql_server")
        names = [f"live_{number}" for number in range(3)]
        for name in names:
            postgresql.create(name, template="template_stoa")
        urls = [postgresql.url(name) for name in names]
    with fediverse(tmp_path_factory.mktemp("fediverse"), urls) as running:
        yield running


def follower_and_author(servers: Servers) -> tuple[Person, Person]:
    """Bob on the second server follows Alice on the first."""
    alice, bob = arrive(servers[0], "alice"), arrive(servers[1], "bob")
    bob.follow(alice)
    until(lambda: alice.told("follow"))
    return alice, bob


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


def test_a_locked_account_is_asked_and_answers(servers: Servers) -> None:
    alice, bob, eve = arrive(servers[0], "alice"), arrive(servers[1], "bob"), arrive(servers[1], "eve")
    alice.ask("PATCH", "/api/v1/accounts/update_credentials", locked=True)
    for person in (bob, eve):
        person.ask("POST", f"/api/v1/accounts/{person.account(alice)}/follow")
    again(servers[1])
    until(lambda: len(alice.get("/api/v1/follow_requests")) == 2)
    asked = alice.get("/api/v1/follow_requests")
    assert not bob.relationship(alice)["following"]
    assert bob.relationship(alice)["requested"]
    by_name = {one["username"]: one["id"] for one in asked}
    alice.ask("POST", f"/api/v1/follow_requests/{by_name[bob.name]}/authorize")
    alice.ask("POST", f"/api/v1/follow_requests/{by_name[eve.name]}/reject")
    again(servers[0])
    until(lambda: bob.relationship(alice)["following"])
    until(lambda: not eve.relationship(alice)["requested"])
    assert not eve.relationship(alice)["following"]


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
        assert carl.find(made["uri"])
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


def test_a_quote_asks_for_consent_and_it_can_be_taken_back(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    made = alice.post("Quote me if you like.", quote_approval_policy="public")
    here = until(lambda: bob.sees(made["uri"]))
    quoting = bob.post("As she says:", quoted_status_id=here["id"])
    again(servers[1])
    until(lambda: bob.status(quoting["id"])["quote"]["state"] == "accepted")
    there = until(lambda: alice.get(f"/api/v1/statuses/{made['id']}/quotes"))
    assert there[0]["uri"] == quoting["uri"]
    alice.ask("POST", f"/api/v1/statuses/{made['id']}/quotes/{there[0]['id']}/revoke")
    again(servers[0])
    until(lambda: bob.status(quoting["id"])["quote"]["state"] == "revoked")


def test_a_quote_that_is_not_wanted_is_refused(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    made = alice.post("Please do not quote this.", quote_approval_policy="nobody")
    here = until(lambda: bob.sees(made["uri"]))
    with pytest.raises(Refused):
        bob.post("I do it all the same:", quoted_status_id=here["id"])


def test_a_block_ends_what_there_was(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    alice.ask("POST", f"/api/v1/accounts/{alice.account(bob)}/block")
    again(servers[0])
    until(lambda: not bob.relationship(alice)["following"])
    until(lambda: bob.relationship(alice)["blocked_by"])
    made = alice.post("Not for everybody.")
    carl = arrive(servers[1], "carl")
    carl.follow(alice)
    later = alice.post("For carl.")
    until(lambda: carl.sees(later["uri"]))
    assert bob.sees(made["uri"]) is None
    assert bob.sees(later["uri"]) is None


def fill_in(person: Person, path: str, **fields: str) -> None:
    """Send the first form of the page that has these fields, signed in."""
    browser = Browser(person.server.base)
    page = browser.get(path)
    page = browser.send(page, page.forms[0], email=f"{person.name}@mail.example", password="long enough")
    form = next(one for one in page.forms if set(fields) <= set(one.fields))
    browser.send(page, form, **fields)


def test_followers_move_along(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    new = arrive(servers[2], "alicia")
    fill_in(new, "/settings/aliases", acct=alice.handle)
    fill_in(alice, "/settings/move", acct=new.handle, password="long enough")
    again(servers[0])
    until(lambda: bob.relationship(new)["following"])
    until(lambda: not bob.relationship(alice)["following"])
    until(lambda: new.told("follow"))


def test_a_report_is_passed_on_without_a_name(servers: Servers) -> None:
    moderator = arrive(servers[0], "mod", "--role", "moderator")
    alice, bob = follower_and_author(servers)
    made = alice.post("Something unkind.")
    here = until(lambda: bob.sees(made["uri"]))
    bob.ask(
        "POST", "/api/v1/reports", account_id=here["account"]["id"], status_ids=[here["id"]],
        comment="This is unkind.", forward=True,
    )  # fmt: skip
    again(servers[1])
    [told] = until(lambda: moderator.told("admin.report"))
    assert told["report"]["comment"] == "This is unkind."
    assert told["report"]["target_account"]["username"] == alice.name
    assert told["report"]["status_ids"] == [made["id"]]
    assert bob.name not in str(told)


def test_pinned_posts_are_seen_from_elsewhere(servers: Servers) -> None:
    alice, bob = arrive(servers[0], "alice"), arrive(servers[1], "bob")
    made = alice.post("Read this first.")
    alice.do(made["id"], "pin")
    bob.follow(alice)
    account_id = bob.account(alice)

    def pinned() -> list[str]:
        return [one["uri"] for one in bob.get(f"/api/v1/accounts/{account_id}/statuses", pinned="true")]

    until(lambda: pinned() == [made["uri"]])
    alice.do(made["id"], "unpin")
    again(servers[0])
    until(lambda: pinned() == [])


def test_a_profile_that_changes_is_seen_to_change(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    alice.ask("PATCH", "/api/v1/accounts/update_credentials", display_name="Alice of the porch")
    again(servers[0])
    account_id = bob.account(alice)
    until(lambda: bob.get(f"/api/v1/accounts/{account_id}")["display_name"] == "Alice of the porch")


def test_a_server_that_was_away_gets_what_it_missed(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    servers[1].kill()
    made = [alice.post(f"While you were away, {number}.") for number in range(3)]
    again(servers[0])
    servers[1].start()
    for one in made:
        until(lambda one=one: bob.sees(one["uri"]), 150)  # type: ignore[misc]


def test_an_unfollow_is_heard(servers: Servers) -> None:
    alice, bob = follower_and_author(servers)
    bob.ask("POST", f"/api/v1/accounts/{bob.account(alice)}/unfollow")
    again(servers[1])
    until(lambda: not alice.relationship(bob)["followed_by"])


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
