"""Files of a server that are not wanted any more are not kept, however they came here."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from stoa.core.instances.domains import Decision
from stoa.core.media import strays
from stoa.core.moderation import domains, files
from stoa.db import Query
from stoa.db.tables import accounts, custom_emojis, jobs, media_attachments
from tests.federation.elsewhere import Actor
from tests.federation.receive.conftest import World
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


async def test_pictures_that_are_here_already_go_with_the_decision_and_come_back_with_its_end(
    world: World, alice: Person, carol: Actor
) -> None:
    house = world.door.house
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://there.example/1.png"}
    emoji = {
        "type": "Emoji", "name": ":bun:",
        "icon": {"type": "Image", "url": "https://there.example/bun.png"},
    }  # fmt: skip
    carol.document["icon"] = {"type": "Image", "url": "https://there.example/me.png"}
    await world.tell(carol, carol.activity("Update", carol.document))
    note = carol.note("<p>:bun:</p>", attachment=[picture], tag=[emoji])
    await world.tell(carol, carol.activity("Create", note))
    other = await world.make.remote("dora@other.example", avatar_remote_url="https://other.example/d.png")
    status_id = (await world.home(alice))[0]

    async def as_shown() -> tuple[str, str, bool]:
        answer = (await world.client.get(f"/api/v1/statuses/{status_id}", token=alice.token)).json
        media = answer["media_attachments"][0]
        return media["type"], media["url"], "/proxy/" in answer["account"]["avatar"]

    before = await as_shown()
    assert before == ("image", before[1], True)
    assert "/proxy/" in before[1]
    async with house.db.write() as conn:
        await conn.run(Query(update(media_attachments).values(key="aa/bb/1.png")))
    async with house.db.write() as conn:
        decision = Decision(domain="there.example", severity="noop", reject_media=True)
        await domains.decide(conn, house.settings, decision)
    await world.jobs(files.SETTLE)
    assert await as_shown() == ("unknown", picture["url"], False)
    assert await world.all(select(media_attachments.c.key)) == [(None,)]
    assert await world.all(select(custom_emojis.c.id)) == []
    assert await world.all(select(accounts.c.avatar_remote_url).where(accounts.c.id == other)) == [
        ("https://other.example/d.png",)
    ]
    looked_at = await world.all(select(jobs.c.payload).where(jobs.c.kind == strays.LOOK))
    assert [row.payload for row in looked_at] == [{"keys": ["aa/bb/1.png"]}]
    async with house.db.write() as conn:
        await domains.undo(conn, "there.example")
    await world.jobs(files.SETTLE)
    assert (await as_shown())[:2] == before[:2]
    await world.door.resolver.actor(carol.uri, fresh=True)
    assert await as_shown() == before


async def test_however_many_files_there_are_each_is_looked_at(
    world: World, alice: Person, carol: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stoa.core.media.refused.FILES", 1)
    house = world.door.house
    pictures = [
        {"type": "Document", "mediaType": "image/png", "url": f"https://there.example/{number}.png"}
        for number in range(3)
    ]
    await world.tell(carol, carol.create("<p>Look.</p>", attachment=pictures))
    async with house.db.write() as conn:
        decision = Decision(domain="there.example", severity="silence", reject_media=True)
        await domains.decide(conn, house.settings, decision)
    await world.jobs(files.SETTLE)
    assert {row.kind for row in await world.all(select(media_attachments.c.kind))} == {"unknown"}
