"""What one process tells those who listen, its own and others': ids, never content.  Pure.

Whoever is told reads the rest from the database, under the rules that hold for each listener.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeVar

import msgspec

from stoa.core import events


class StatusNews(msgspec.Struct, frozen=True, tag="status"):
    """A status is new, or says something else than before.

    *placed*: it is new only to homes and lists, where it waited for what it answers.
    """

    id: int
    event: Literal["update", "status.update"]
    placed: bool = False


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """A status is no more; its row is not there to be asked, so all that matters is in here."""

    id: int
    timelines: tuple[int, ...]  # owners of homes and lists that held it
    in_public: bool
    local: bool
    has_media: bool
    tags: tuple[str, ...]


class Told(msgspec.Struct, frozen=True, tag="told"):
    """Accounts have notifications: (account, notification)."""

    told: tuple[tuple[int, int], ...]


class Talk(msgspec.Struct, frozen=True, tag="talk"):
    """A conversation has a new last post for *account_id*."""

    account_id: int
    conversation_id: int


class Personal(msgspec.Struct, frozen=True, tag="personal"):
    """Something of *account_id* is otherwise than before; there is nothing more to say."""

    account_id: int
    event: Literal["filters_changed", "notifications_merged"]


class Announced(msgspec.Struct, frozen=True, tag="announced"):
    """All members are told something, or no longer; or somebody has reacted to it with *reaction*."""

    id: int
    event: Literal["announcement", "announcement.delete", "announcement.reaction"]
    reaction: str = ""


T = TypeVar("T")

News = StatusNews | Gone | Told | Talk | Personal | Announced

_AT_ONCE = 150
"""Accounts in one piece: what PostgreSQL carries is at most 8,000 bytes."""


def of(event: object) -> Iterator[News]:
    """What *event* has to say to those who listen; mostly one piece, for some events none."""
    match event:
        case events.StatusPublished() if not event.belated:
            yield StatusNews(event.status_id, "update")
        case events.StatusPlaced() if not event.belated:
            yield StatusNews(event.status_id, "update", placed=True)
        case events.StatusReblogged():
            yield StatusNews(event.status_id, "update")
        case events.StatusEdited() | events.QuoteSettled() | events.CardChanged():
            yield StatusNews(event.status_id, "status.update")
        case events.StatusDeleted():
            yield from _gone(event)
        case events.Notified():
            for some in _pieces(event.told):
                yield Told(tuple(some))
        case events.ConversationChanged():
            yield Talk(event.account_id, event.conversation_id)
        case events.FiltersChanged():
            yield Personal(event.account_id, "filters_changed")
        case events.NotificationsMerged():
            yield Personal(event.account_id, "notifications_merged")
        case events.AnnouncementPublished():
            yield Announced(event.announcement_id, "announcement")
        case events.AnnouncementRemoved():
            yield Announced(event.announcement_id, "announcement.delete")
        case events.AnnouncementReacted():
            yield Announced(event.announcement_id, "announcement.reaction", event.name)


def _gone(event: events.StatusDeleted) -> Iterator[News]:
    public = event.visibility == "public" and event.reblog_of_id is None
    first, *rest = list(_pieces(event.timelines)) or [()]
    yield Gone(event.status_id, tuple(first), public, event.local, event.has_media, event.tags)
    for some in rest:
        yield Gone(event.status_id, tuple(some), False, event.local, event.has_media, ())


def _pieces(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(whole), _AT_ONCE):
        yield whole[start : start + _AT_ONCE]
