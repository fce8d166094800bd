"""To whom each piece of news goes.

Whether somebody meets a status is asked of the rules of the timelines (`core/timelines/live`), by one
query for all who listen where it may arrive.  What is gone is told to all who may have been shown it.
"""

from __future__ import annotations

from collections import defaultdict

import orjson

from stoa.api import notices
from stoa.api.entities import announcement
from stoa.api.streaming import streams
from stoa.api.streaming.looks import looks
from stoa.api.streaming.news import Announced, Gone, News, Personal, StatusNews, Talk, Told
from stoa.api.streaming.places import Listener, Notice, Places
from stoa.api.streaming.streams import Place
from stoa.core.announcements import views as announcements
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.notifications import views as notifications
from stoa.core.timelines import conversations, live
from stoa.core.timelines.live import Facts
from stoa.db import Connection


async def deliver(conn: Connection, house: House, places: Places, news: News) -> None:
    """Give *news* to those whom it concerns."""
    match news:
        case StatusNews():
            await _status(conn, house, places, news)
        case Gone():
            _gone(places, news)
        case Told():
            await _told(conn, house, places, news)
        case Talk():
            await _talk(conn, house, places, news)
        case Announced():
            await _announced(conn, house, places, news)
        case Personal():
            for listener, label in places.at((streams.HOME, news.account_id)):
                if news.event != "notifications_merged" or listener.may_hear_notifications:
                    Notice(news.event, None).give(listener, label)


async def _status(conn: Connection, house: House, places: Places, news: StatusNews) -> None:
    facts = await live.find_facts(conn, news.id)
    if facts is None:
        return
    held = await live.holders(conn, facts.id, places.owners())
    at_home = list(places.at(*[(streams.HOME, one) for one in held]))
    elsewhere = list(places.at(*[(streams.LIST, one) for one in held]))
    if not news.placed:
        elsewhere += places.at(*await _public_places(conn, places, facts))
    if not at_home and not elsewhere:
        return
    viewers = {listener.account_id for listener, _ in (*at_home, *elsewhere)}
    met = await live.meetings(conn, facts.id, viewers)
    shown = {
        viewer_id: Notice(news.event, body)
        for viewer_id, body in (
            await looks(conn, house, {viewer_id: one.head for viewer_id, one in met.items()})
        ).items()
    }
    for listener, label in at_home:
        if listener.account_id in shown and met[listener.account_id].at_home:
            shown[listener.account_id].give(listener, label)
    for listener, label in elsewhere:
        if listener.account_id in shown:
            shown[listener.account_id].give(listener, label)


async def _public_places(conn: Connection, places: Places, facts: Facts) -> list[Place]:
    if not facts.open_to_all:
        return []
    tags: list[str] = []
    if any(places.is_anyone_at(name) for name in streams.HASHTAG):
        tags = await live.tag_keys(conn, facts.id)
    found = _with_tags(tags, local=facts.local)
    if facts.answers_nobody_else:
        found += _public(local=facts.local, has_media=facts.has_media)
    return found


def _public(*, local: bool, has_media: bool) -> list[Place]:
    names = ["public", "public:local" if local else "public:remote"]
    return [(name, 0) for name in (*names, *(f"{name}:media" for name in names if has_media))]


def _with_tags(tags: list[str] | tuple[str, ...], *, local: bool) -> list[Place]:
    return [(name, tag) for tag in tags for name in (streams.HASHTAG if local else streams.HASHTAG[:1])]


def _gone(places: Places, news: Gone) -> None:
    found: list[Place] = [(name, one) for one in news.timelines for name in (streams.HOME, streams.LIST)]
    if news.in_public:
        found += _public(local=news.local, has_media=news.has_media)
        found += _with_tags(news.tags, local=news.local)
    notice = Notice("delete", b"%d" % news.id)
    for listener, label in places.at(*found):
        notice.give(listener, label)


async def _told(conn: Connection, house: House, places: Places, news: Told) -> None:
    told: defaultdict[int, list[int]] = defaultdict(list)
    for account_id, notification_id in news.told:
        told[account_id].append(notification_id)
    for account_id, notification_ids in told.items():
        listening = _who_hear_notifications(places, account_id)
        for notification_id in notification_ids if listening else ():
            try:
                one = await notifications.get(conn, notification_id, account_id)
            except NotFound:
                continue  # undone since, or kept from them
            for entity in await notices.notifications(conn, house, [one], account_id):
                notice = Notice("notification", orjson.dumps(entity))
                for listener, label in listening:
                    notice.give(listener, label)


def _who_hear_notifications(places: Places, account_id: int) -> list[tuple[Listener, bytes]]:
    standing = places.at((streams.HOME, account_id), (streams.NOTIFICATIONS, account_id))
    return [(listener, label) for listener, label in standing if listener.may_hear_notifications]


async def _announced(conn: Connection, house: House, places: Places, news: Announced) -> None:
    listening = list(places.everyone_at(streams.HOME))
    if not listening:
        return
    payload = b"%d" % news.id
    if news.event == "announcement":
        try:
            view = await announcements.get(conn, news.id, house.addresses)
        except NotFound:
            return  # taken back since, or over
        payload = orjson.dumps(announcement.render(view, house.addresses, personal=False))
    elif news.event == "announcement.reaction":
        count = await announcements.reaction_count(conn, news.id, news.reaction)
        payload = orjson.dumps({"announcement_id": str(news.id), "name": news.reaction, "count": count})
    notice = Notice(news.event, payload)
    for listener, label in listening:
        notice.give(listener, label)


async def _talk(conn: Connection, house: House, places: Places, news: Talk) -> None:
    listening = list(places.at((streams.DIRECT, news.account_id)))
    view = await conversations.find(conn, news.conversation_id, news.account_id) if listening else None
    if view is None:
        return
    for entity in await notices.conversations(conn, house, [view], news.account_id):
        notice = Notice("conversation", orjson.dumps(entity))
        for listener, label in listening:
            notice.give(listener, label)
