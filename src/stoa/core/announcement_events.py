"""What has happened to announcements; `events` has them too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnnouncementPublished:
    """All members are told something."""

    announcement_id: int


@dataclass(frozen=True, slots=True)
class AnnouncementRemoved:
    """They are no longer."""

    announcement_id: int


@dataclass(frozen=True, slots=True)
class AnnouncementReacted:
    """How many have reacted with *name* has changed."""

    announcement_id: int
    name: str


AnnouncementEvent = AnnouncementPublished | AnnouncementRemoved | AnnouncementReacted
