"""Everything that somebody has here as one file: whole, readable, and theirs alone."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from stoa.core.drafts import store as drafts
from stoa.core.drafts.model import Words
from stoa.core.house import House
from stoa.core.statuses import favourite, reblog
from tests.client import Client
from tests.core.media.pictures import encoded, quartered
from tests.make import Make, Person, lies
from tests.web.browsing import Browser, browser_of

PATH = "/settings/export/archive.zip"


async def taken(house: House, person: Person) -> dict[str, bytes]:
    browser = await browser_of(house, person)
    browser.client.patient = True
    answer = await browser.ask(PATH)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/zip"
    assert f'filename="archive-{person.username}-20' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-store"
    file = zipfile.ZipFile(io.BytesIO(answer.body))
    assert file.testzip() is None
    assert len(set(file.namelist())) == len(file.namelist())
    return {one: file.read(one) for one in file.namelist()}


def activities(found: dict[str, bytes]) -> list[dict[str, Any]]:
    outbox = json.loads(found["outbox.json"])
    assert outbox["totalItems"] == len(outbox["orderedItems"])
    assert outbox["@context"][0] == "https://www.w3.org/ns/activitystreams"
    items: list[dict[str, Any]] = outbox["orderedItems"]
    return items


async def upload(client: Client, person: Person) -> str:
    picture = {"file": ("a.png", encoded(quartered(), "PNG"), "image/png")}
    made = await client.post("/api/v2/media", token=person.token, files=picture, form={"description": "A"})
    found: str = made.ok()["id"]
    return found


async def test_posts_files_drafts_and_lists_are_in_it(house: House, make: Make, client: Client) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    picture = await upload(client, alice)
    essay = await make.status(
        alice, 'On "x": *long*', title="On x", content_type="text/markdown", media_ids=(int(picture),)
    )
    secret = await make.status(alice, "@bob psst", visibility="direct")
    theirs = await make.status(bob, "Mine, not hers")
    async with house.db.write() as conn:
        await favourite.favourite(conn, alice.id, theirs)
        await reblog.reblog(conn, alice.id, theirs, house.addresses)
        await drafts.save(conn, alice.id, "k", Words(title="Half", text="Words é"), version=0)
    found = await taken(house, alice)
    announce, direct, create = activities(found)
    assert (announce["type"], announce["object"]) == (
        "Announce",
        json.loads(found["likes.json"])["orderedItems"][0],
    )
    assert direct["object"]["id"].endswith(str(secret))
    assert create["object"]["source"]["content"] == 'On "x": *long*'
    (attached,) = create["object"]["attachment"]
    key = attached["url"].removeprefix("/media_attachments/files/")
    assert found[attached["url"][1:]] == lies(house, key).read_bytes()
    assert json.loads(found["actor.json"])["preferredUsername"] == "alice"
    (typed,) = [name for name in found if name.startswith("posts/") and str(essay) in name]
    text = found[typed].decode()
    assert text.startswith('---\ntitle: "On x"\npublished: "20')
    assert text.endswith('---\n\nOn "x": *long*\n')
    (draft,) = [name for name in found if name.startswith("drafts/")]
    assert found[draft].decode().endswith("---\n\nWords é\n")
    assert b"bob@" in found["following_accounts.csv"]
    assert b"Mine, not hers" not in b"".join(found.values())


async def test_it_is_whole_however_much_there_is(house: House, make: Make) -> None:
    alice = await make.account("alice")
    for number in range(101):
        await make.status(alice, f"Number {number}.")
    found = await taken(house, alice)
    assert [one["object"]["source"]["content"] for one in activities(found)] == [
        f"Number {number}." for number in reversed(range(101))
    ]
    assert len([name for name in found if name.startswith("posts/")]) == 101


async def test_a_file_that_is_lost_and_an_empty_account_are_no_hindrance(
    house: House, make: Make, client: Client
) -> None:
    alice = await make.account("alice")
    assert activities(await taken(house, alice)) == []
    picture = await upload(client, alice)
    await make.status(alice, "Look", media_ids=(int(picture),))
    (attached,) = activities(await taken(house, alice))[0]["object"]["attachment"]
    lies(house, attached["url"].removeprefix("/media_attachments/files/")).unlink()
    found = await taken(house, alice)
    assert attached["url"][1:] not in found
    assert len(activities(found)) == 1


async def test_nobody_is_given_it_who_is_not_signed_in(house: House, make: Make) -> None:
    await make.account("alice")
    answer = await Browser(house).ask(PATH)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in")
