"""What core asks of the world outside and does not do itself.  Given by `stoa.main`.

A port exists only where a second body exists: files lie in a folder or a bucket, mail goes out by SMTP
or into a folder, people and posts elsewhere are found by the federation door or (without it) not at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Refresh:
    """What an answer only began, such as the rest of a conversation being fetched: under which *id* to
    ask, whether it is *running*, and how many posts (or other things) came of it so far.
    """

    id: str
    running: bool
    results: int


class Held(NamedTuple):
    """A stored file: its size, and when it was last saved (seconds since 1970)."""

    size: int
    saved_at: float


class Storage(Protocol):
    """Keeps files under the hash of their bytes (`core/media/storage.py` says what a key is).

    A file is there whole or not at all.  Whoever gives what is no key gets NotFound; where the files
    cannot be reached, or there is no room for more, MediaUnavailable.  Never called while a transaction
    is open.
    """

    async def save(self, key: str, path: Path) -> None:
        """Copy the file at *path* to *key*: on return it cannot be lost any more."""

    async def delete(self, key: str) -> None:
        """Remove the file of *key*; fine if it is not there."""

    async def held(self, keys: Collection[str]) -> dict[str, Held]:
        """What is known of those of *keys* that are there."""

    def all_held(self) -> AsyncIterator[dict[str, Held]]:
        """All files by their keys, some at a time."""

    def local(self, key: str) -> Path | None:
        """Where the file of *key* lies on this machine, if it is there at all; None: it is elsewhere."""

    def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from *start* to before *end*.  Raises NotFound if the file is not there."""


class Mailer(Protocol):
    """Sends letters."""

    async def send(self, to: str, subject: str, body: str) -> None:
        """Deliver or raise; called from a job, so a failure is tried again."""


class Resolver(Protocol):
    """Finds what lives on other servers.  Never called while a transaction is open."""

    async def account(self, acct: str, *, fresh: bool = False) -> int | None:
        """The id of the account `name@domain`, fetched and stored if need be; with *fresh* in any case,
        and None where that cannot be done now.
        """

    async def url(self, url: str) -> tuple[str, int] | None:
        """("account" or "status", id) of what is at *url*."""

    async def intents(self, handle: str) -> Mapping[str, str]:
        """What the server of *handle* offers its people to do elsewhere: rel → template; empty where
        that cannot be found out.
        """

    async def conversation(self, status_id: int) -> Refresh | None:
        """Somebody reads the conversation around a status: have what is missing of it fetched, if
        that is worth it now.  What is under way; None: nothing is.
        """

    async def refresh(self, refresh_id: str) -> Refresh | None:
        """How far what `conversation` began has come; None for an id that is none."""

    async def poll(self, status_id: int, *, wait: bool) -> None:
        """Somebody looks at the poll of a status: have its figures brought up to date, if it is of
        another server and they are older than a minute.  Whether to *wait* for that, for a few seconds
        at most, or to have them the next time.
        """


class Archivist(Protocol):
    """What somebody takes away of what they said here, in the form in which other servers are told it.
    Never called while a transaction is open.
    """

    context: Sequence[Any]
    """What the words in these mean (JSON-LD)."""

    async def actor(self, account_id: int) -> Mapping[str, Any]:
        """Who they are."""

    async def activities(
        self, account_id: int, below: int | None
    ) -> tuple[Sequence[Mapping[str, Any]], int]:
        """Some of what they posted and boosted, whoever it was for, the newest before the post *below*
        first; and what to give as *below* next: 0 where there is nothing more.
        """


class NotCollected(Exception):
    """A file of another server cannot be had; *final*: nor will it be, as far as can be told."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.final = final


class Collector(Protocol):
    """Fetches the files of other servers.  Never called while a transaction is open."""

    async def collect(self, url: str, file: Path, *, accept: str, limit_bytes: int, seconds: float) -> None:
        """Write what is at *url* into *file*, which is there and empty.  Raises NotCollected."""


@dataclass(frozen=True, slots=True)
class Translated:
    """What became of some texts, in their order, and the language they were in."""

    texts: list[str]
    source: str


class NotTranslated(Exception):
    """The service does not answer, or will not just now; the message is a sentence without secrets."""


class Translator(Protocol):
    """Translates texts, at a service that the administrator names.  Never called while a transaction is
    open.  Languages are named as in BCP 47: `de`, `pt-BR`.
    """

    provider: str
    """What it is called where a translation is shown."""

    async def languages(self) -> Mapping[str, Sequence[str]]:
        """From which language to which; "und" stands for one that the service finds out itself.  Raises
        NotTranslated.
        """

    async def translate(self, texts: Sequence[str], source: str | None, target: str) -> Translated:
        """HTML fragments in, as many out; what comes is not safe to show.  Raises NotTranslated."""

    async def close(self) -> None:
        """It is not needed any more."""
