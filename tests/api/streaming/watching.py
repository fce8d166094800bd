"""Somebody who listens to everything there is, and what their timelines say at the same moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from stoa.core.house import House
from tests.api.streaming.listening import Ear, listening
from tests.client import Client
from tests.make import Person

TAG = "harbour"

STREAMS = (
    "user", "public", "public:media", "public:local", "public:local:media", "public:remote",
    "public:remote:media", "direct", "user:notification",
)  # fmt: skip
READ = {
    "user": "/api/v1/timelines/home",
    "public": "/api/v1/timelines/public",
    "public:media": "/api/v1/timelines/public?only_media=true",
    "public:local": "/api/v1/timelines/public?local=true",
    "public:local:media": "/api/v1/timelines/public?local=true&only_media=true",
    "public:remote": "/api/v1/timelines/public?remote=true",
    "public:remote:media": "/api/v1/timelines/public?remote=true&only_media=true",
    "hashtag": f"/api/v1/timelines/tag/{TAG}",
    "hashtag:local": f"/api/v1/timelines/tag/{TAG}?local=true",
}


class Watcher:
    """*person* with one connection on all streams, and one list of theirs."""

    def __init__(self, person: Person, ear: Ear, client: Client, list_id: str) -> None:
        self.person = person
        self.ear = ear
        self._client = client
        self._list_id = list_id

    async def live(self, event: str = "update") -> dict[str, list[str]]:
        """stream → ids of the statuses that came as *event* since the last question."""
        found: dict[str, list[str]] = {}
        for stream, said, payload in await self.ear.heard():
            if said == event:
                found.setdefault(stream[0], []).append(payload if event == "delete" else payload["id"])
        return found

    async def read(self, status_id: int) -> dict[str, list[str]]:
        """stream → the status, for those whose timeline shows it."""
        wanted, found = str(status_id), {}
        for stream, path in (*READ.items(), ("list", f"/api/v1/timelines/list/{self._list_id}")):
            shown = await self._get(path)
            if any(one["id"] == wanted for one in shown):
                found[stream] = [wanted]
        return found

    async def conversations(self, status_id: int) -> bool:
        """Whether the status is the last of one of their conversations."""
        shown = await self._get("/api/v1/conversations")
        return any(one["last_status"]["id"] == str(status_id) for one in shown)

    async def _get(self, path: str) -> Any:
        return (await self._client.get(path, token=self.person.token)).ok()


@asynccontextmanager
async def watching(
    house: House, client: Client, person: Person, *members: Person
) -> AsyncIterator[Watcher]:
    """*person* on all streams; *members*, whom they follow, are in their list."""
    made = (await client.post("/api/v1/lists", token=person.token, form={"title": "Close"})).ok()
    if members:
        await client.post(
            f"/api/v1/lists/{made['id']}/accounts", token=person.token,
            json={"account_ids": [str(one.id) for one in members]},
        )  # fmt: skip
    async with listening(house, person.token, *STREAMS) as ear:
        for name in ("hashtag", "hashtag:local"):
            await ear.say(type="subscribe", stream=name, tag=TAG)
        await ear.say(type="subscribe", stream="list", list=made["id"])
        yield Watcher(person, ear, client, made["id"])
