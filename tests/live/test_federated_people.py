"""Servers talk to each other over real HTTP with real signatures; one of them loses its power meanwhile.

People.  Every journey runs on SQLite and on PostgreSQL.  What is killed differs: the one that sends, after
it has acknowledged what a person did and before it can have told the others; or the one that receives.
"""

from __future__ import annotations

import pytest

from tests.live.fediverse import Person, Refused, Servers, again, arrive, follower_and_author, until
from tests.live.serving import Browser


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
