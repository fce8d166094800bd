"""Everything that a member has here, in one file that is made while it is sent.

    actor.json, outbox.json, likes.json    as Mastodon's archives have them, for what reads those
    media_attachments/files/…              the files that these name
    posts/…md, drafts/…md                  what they typed, readable without any of this
    …csv                                   their lists

Nothing of it is stored or held whole: however much somebody has, a piece at a time is in memory.
"""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson

from stoa.core.drafts import store as drafts
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.media.model import MediaUnavailable
from stoa.core.transfers import sheets, take
from stoa.core.transfers.model import Kind
from stoa.ids import iso

_PIECE = 256 * 1024
_FILES = "media_attachments/files/"


class _Pipe(io.RawIOBase):
    """What is written, until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


async def parts(house: House, account_id: int, lists: Mapping[Kind, str]) -> AsyncIterator[bytes]:
    """The file, piece by piece; *lists*: what the files of the lists are called."""
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as file:
        made = _Archive(house, account_id, file)
        for step in (
            made.who,
            made.said,
            made.files,
            made.typed,
            made.drafted,
            partial(made.listed, lists),
        ):
            async for _ in step():
                if piece := pipe.taken():
                    yield piece
    yield pipe.taken()


class _Archive:
    """Each method writes a part and yields whenever some of it can be sent."""

    def __init__(self, house: House, account_id: int, file: ZipFile) -> None:
        self._house = house
        self._account_id = account_id
        self._file = file
        self._media = house.addresses.media("")
        self._keys: dict[str, None] = {}

    async def who(self) -> AsyncIterator[None]:
        actor = dict(await self._house.archivist.actor(self._account_id))
        for name in ("icon", "image"):
            if isinstance(actor.get(name), dict):
                actor[name] = self._own_file(actor[name])
        await self._add("actor.json", orjson.dumps(actor, option=orjson.OPT_INDENT_2))
        yield

    async def said(self) -> AsyncIterator[None]:
        count = 0
        with self._file.open(_entry("outbox.json"), "w", force_zip64=True) as outbox:
            outbox.write(b'{"@context":')
            outbox.write(orjson.dumps(self._house.archivist.context))
            outbox.write(b',"id":"outbox.json","type":"OrderedCollection","orderedItems":[')
            async for items in self._activities():
                said = [orjson.dumps(self._kept(item)) for item in items]
                data = (b",\n" if count and said else b"") + b",\n".join(said)
                await asyncio.to_thread(outbox.write, data)
                count += len(said)
                yield
            outbox.write(b'],"totalItems":%d}' % count)
        yield

    async def typed(self) -> AsyncIterator[None]:
        """The source of each post that has one."""
        async for items in self._activities():
            for note in (one["object"] for one in items if isinstance(one["object"], dict)):
                if "source" not in note:
                    continue
                said = {"title": note.get("name"), "published": note["published"], "url": note.get("url")}
                number = note["id"].rpartition("/")[2]
                text = _markdown(said, note["source"]["content"])
                await self._add(f"posts/{note['published'][:10]}-{number}.md", text.encode())
            yield

    async def files(self) -> AsyncIterator[None]:
        """The files that actor and outbox name; those that are not there any more are left out."""
        for key in self._keys:
            try:
                held = (await self._house.storage.held([key])).get(key)
            except (NotFound, MediaUnavailable):
                continue
            if held is None:
                continue
            entry = _entry(f"{_FILES}{key}", ZIP_STORED)
            entry.file_size = held.size
            with self._file.open(entry, "w") as kept:
                for start in range(0, held.size, _PIECE):
                    end = min(start + _PIECE, held.size)
                    async for data in self._house.storage.read(key, start, end):
                        kept.write(data)
                    yield
            yield

    async def drafted(self) -> AsyncIterator[None]:
        async with self._house.db.read() as conn:
            kept = await drafts.list_all(conn, self._account_id)
        for line in kept:
            async with self._house.db.read() as conn:
                try:
                    draft = await drafts.get(conn, self._account_id, line.id)
                except NotFound:
                    continue  # published meanwhile
            said = {"title": draft.words.title, "changed": iso(draft.updated_at)}
            await self._add(f"drafts/{draft.id}.md", _markdown(said, draft.words.text).encode())
            yield

    async def listed(self, names: Mapping[Kind, str]) -> AsyncIterator[None]:
        domain = self._house.settings.domain
        for kind, name in names.items():
            async with self._house.db.read(long=True) as conn:
                lines = await take.lines(conn, kind, self._account_id, domain)
            await self._add(name, sheets.render(kind, lines).encode())
            yield
        async with self._house.db.read(long=True) as conn:
            likes = await take.favourited(conn, self._account_id)
        whole = {"id": "likes.json", "type": "OrderedCollection", "orderedItems": likes}
        await self._add("likes.json", orjson.dumps(whole))
        yield

    async def _activities(self) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        below = None
        while below != 0:
            items, below = await self._house.archivist.activities(self._account_id, below)
            yield items

    def _kept(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        """*item* with the paths of its files in the archive."""
        note = item["object"]
        if not isinstance(note, dict):
            return item
        found = [self._own_file(one) for one in note.get("attachment", ())]
        return {**item, "object": {**note, "attachment": found}}

    def _own_file(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        url = said.get("url")
        if not isinstance(url, str) or not url.startswith(self._media):
            return said
        key = url.removeprefix(self._media)
        self._keys[key] = None
        return {**said, "url": f"/{_FILES}{key}"}

    async def _add(self, name: str, data: bytes) -> None:
        await asyncio.to_thread(self._file.writestr, _entry(name), data)


def _entry(name: str, compression: int = ZIP_DEFLATED) -> ZipInfo:
    entry = ZipInfo(name, time.gmtime()[:6])
    entry.compress_type = compression
    return entry


def _markdown(said: Mapping[str, str | None], text: str) -> str:
    """*text* below what is *said* of it, in the form that most programs for Markdown know."""
    head = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in said.items() if value]
    return "\n".join(["---", *head, "---", "", text, ""])
