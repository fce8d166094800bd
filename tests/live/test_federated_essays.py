"""Series and passages between servers, which lose their power meanwhile: somebody follows a series and not
its author; somebody replies to a passage, which stands in the margin there and goes with an edit.
"""

from __future__ import annotations

from stoa.core.accounts import views as accounts
from stoa.core.house import House
from stoa.core.series import curate, store, views
from tests.live.fediverse import Person, Servers, again, arrive, until
from tests.live.serving import Browser

ESSAY = "The ministers met in the morning.\n\nThe harbour was closed the next day.\n\nSo it goes."


def begin(author: Person, *parts: str) -> int:
    """The id of a new series of the author's posts."""

    async def made(house: House) -> int:
        async with house.db.write() as conn:
            me = await accounts.find_by_acct(conn, author.name, house.settings.domain)
            assert me is not None
            series_id = await curate.create(conn, me, house.addresses, title="The call")
            await curate.put(conn, me, series_id, [int(one) for one in parts])
            return series_id

    return author.server.within(made)


def follow(reader: Person, status_id: str) -> None:
    """The reader follows the series that the post is a part of."""

    async def done(house: House) -> None:
        async with house.db.write() as conn:
            me = await accounts.find_by_acct(conn, reader.name, house.settings.domain)
            found = await views.with_status(conn, int(status_id))
            assert me is not None
            assert found is not None
            await curate.follow(conn, me, found.id)

    reader.server.within(done)


def test_a_series_is_followed_from_another_server(servers: Servers) -> None:
    alice, bob = arrive(servers[0], "alice"), arrive(servers[1], "bob")
    one = alice.post("One.", title="How it began")
    two = alice.post("Two.", title="How it went on", in_reply_to_id=one["id"])
    begin(alice, one["id"], two["id"])
    here = until(lambda: bob.find(two["uri"]))
    browser = Browser(servers[1].base)
    path = f"/@{here['account']['acct']}/{here['id']}"
    until(lambda: "The call" in browser.get(path).text)
    follow(bob, here["id"])
    # What he has not got yet is brought.
    until(lambda: "Part 2 of 2" in browser.get(path).text)
    again(servers[1])
    until(lambda: len(_followers(alice, one["id"])) == 1)
    other = alice.post("Of something else.")
    three = alice.post("Three.", title="How it ended", in_reply_to_id=two["id"])
    again(servers[0])
    [notice] = until(lambda: bob.told("status"))
    assert notice["status"]["uri"] == three["uri"]
    until(lambda: "Part 2 of 3" in browser.get(path).text)
    assert bob.sees(other["uri"]) is None
    page = browser.get(path.rpartition("/")[0] + f"/{notice['status']['id']}")
    assert "Part 3 of 3" in page.text


def _followers(author: Person, status_id: str) -> list[int]:
    async def found(house: House) -> list[int]:
        async with house.db.read() as conn:
            series = await views.with_status(conn, int(status_id))
            assert series is not None
            return await store.followers(conn, series.id)

    return author.server.within(found)


def test_a_reply_from_elsewhere_stands_beside_its_paragraph(servers: Servers) -> None:
    alice, bob = arrive(servers[0], "alice"), arrive(servers[1], "bob")
    essay = alice.post(ESSAY)
    there = until(lambda: bob.find(essay["uri"]))
    passage = {"exact": "harbour was closed", "prefix": "The "}
    bob.post("Which harbour?", in_reply_to_id=there["id"], passage=passage)
    again(servers[1])

    def margin(server: int, path: str) -> str:
        """What stands from the paragraph with the reply on to its first words; else nothing."""
        page = Browser(servers[server].base).get(path).text
        return page.partition('<div class="noted"')[2].partition("Which harbour?")[0]

    path = f"/@alice/{essay['id']}"
    until(lambda: "harbour was closed the next day" in margin(0, path))
    edited = f"A new beginning.\n\n{ESSAY.replace('the next day', 'a day later')}"
    alice.ask("PUT", f"/api/v1/statuses/{essay['id']}", status=edited)
    again(servers[0])
    assert 'id="b3"' in margin(0, path)
    # And so it is on the server of who replied.
    theirs = f"/@{there['account']['acct']}/{there['id']}"
    until(lambda: "harbour was closed a day later" in margin(1, theirs))
