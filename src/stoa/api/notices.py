"""Notifications and conversations as apps are sent them, asked for and live."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from stoa.api import rendered
from stoa.api.entities import collection as collection_entity
from stoa.api.entities import conversation as conversation_entity
from stoa.api.entities import notification as entity
from stoa.api.entities import report as report_entity
from stoa.api.entities import severance as severance_entity
from stoa.api.entities import warning as warning_entity
from stoa.core.collections import views as collections
from stoa.core.house import House
from stoa.core.moderation import views as report_views
from stoa.core.moderation import warnings
from stoa.core.notifications.model import GroupView, NotificationView
from stoa.core.relationships import severances
from stoa.core.timelines.conversations import ConversationView
from stoa.db import Connection


class _About(NamedTuple):
    """What notifications are about, as it is sent."""

    people: dict[int, bytes]
    statuses: dict[int, bytes]
    reports: dict[int, dict[str, Any]]
    severances: dict[int, dict[str, Any]]
    warnings: dict[int, dict[str, Any]]
    collections: dict[int, dict[str, Any]]

    def has(self, one: NotificationView) -> bool:
        """Whether all is here; what went between two queries is as if the page had been asked for later."""
        return (
            one.from_account_id in self.people
            and (one.status_id is None or one.status_id in self.statuses)
            and (one.report_id is None or one.report_id in self.reports)
            and (one.severance_id is None or one.severance_id in self.severances)
            and (one.warning_id is None or one.warning_id in self.warnings)
            and (one.collection_id is None or one.collection_id in self.collections)
        )


async def _about(
    conn: Connection,
    house: House,
    found: Sequence[NotificationView],
    viewer_id: int,
    others: Iterable[int] = (),
) -> _About:
    """Four queries, whatever the number, and one more for each odd kind; *others*: accounts to load too."""
    told = {one.report_id for one in found if one.report_id is not None}
    reports = await report_views.load(conn, told) if told else {}
    lost = {one.severance_id for one in found if one.severance_id is not None}
    severed = await severances.load(conn, lost) if lost else {}
    said = {one.warning_id for one in found if one.warning_id is not None}
    words = await warnings.load(conn, said) if said else {}
    kept = {one.collection_id for one in found if one.collection_id is not None}
    gathered = await collections.load(conn, kept, viewer_id) if kept else {}
    who = {one.from_account_id for one in found} | {one.target_id for one in reports.values()}
    who |= {one.account_id for one in words.values()}
    people = await rendered.accounts_by_id(conn, house, who.union(others))
    about = {one.status_id for one in found if one.status_id is not None}
    statuses = await rendered.statuses_by_id(conn, house, about, viewer_id) if about else {}
    shown = {
        one.id: report_entity.render(one, people[one.target_id])
        for one in reports.values()
        if one.target_id in people
    }
    events = {one.id: severance_entity.render(one) for one in severed.values()}
    warned = {
        one.id: warning_entity.render(one, people[one.account_id])
        for one in words.values()
        if one.account_id in people
    }
    recommended = {one.id: collection_entity.render(one, house.addresses) for one in gathered.values()}
    return _About(people, statuses, shown, events, warned, recommended)


async def notifications(
    conn: Connection,
    house: House,
    found: Sequence[NotificationView],
    viewer_id: int,
    supported: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """A Notification for each of *found*; *supported* are types that the app knows, if it said so."""
    about = await _about(conn, house, found, viewer_id)
    return [
        entity.render(
            one,
            about.people[one.from_account_id],
            about.statuses.get(one.status_id or 0),
            about.reports.get(one.report_id or 0),
            about.severances.get(one.severance_id or 0),
            supported,
            warning=about.warnings.get(one.warning_id or 0),
            collection=about.collections.get(one.collection_id or 0),
        )
        for one in found
        if about.has(one)
    ]


async def grouped(
    conn: Connection,
    house: House,
    found: Sequence[GroupView],
    viewer_id: int,
    *,
    partial: bool = False,
    supported: Collection[str] | None = None,
) -> dict[str, Any]:
    """GroupedNotificationsResults; *partial*: of the people who stand behind another in a group little more
    than their pictures is said.
    """
    everyone = {one for group in found for one in group.account_ids}
    about = await _about(conn, house, [group.latest for group in found], viewer_id, everyone)
    groups = [group for group in found if about.has(group.latest)]
    named = dict.fromkeys(group.latest.from_account_id for group in groups)
    others = dict.fromkeys(one for group in groups for one in group.account_ids)
    behind = [one for one in others if one in about.people and one not in named]
    whole = list(named) if partial else [*named, *behind]
    results: dict[str, Any] = {
        "accounts": [orjson.Fragment(about.people[one]) for one in whole],
        "statuses": [orjson.Fragment(one) for one in about.statuses.values()],
        "notification_groups": [
            entity.group(
                group,
                about.people[group.latest.from_account_id],
                about.reports.get(group.latest.report_id or 0),
                about.severances.get(group.latest.severance_id or 0),
                supported,
                warning=about.warnings.get(group.latest.warning_id or 0),
                collection=about.collections.get(group.latest.collection_id or 0),
            )
            for group in groups
        ],
    }
    if partial:
        results["partial_accounts"] = [partial_account(about.people[one]) for one in behind]
    return results


def partial_account(account: bytes) -> dict[str, Any]:
    """PartialAccountWithAvatar, out of an Account."""
    whole = orjson.loads(account)
    return {name: whole[name] for name in _PARTIAL}


_PARTIAL = ("id", "acct", "url", "avatar", "avatar_static", "avatar_description", "locked", "bot")


async def conversations(
    conn: Connection, house: House, found: Sequence[ConversationView], viewer_id: int
) -> list[dict[str, Any]]:
    """A Conversation for each of *found*."""
    everyone = {one for view in found for one in view.participant_ids or (viewer_id,)}
    people = await rendered.accounts_by_id(conn, house, everyone)
    statuses = await rendered.statuses_by_id(
        conn, house, [view.last_status_id for view in found], viewer_id
    )
    return [
        conversation_entity.render(
            view,
            # Who writes to nobody talks to themselves.
            [people[one] for one in view.participant_ids or (viewer_id,) if one in people],
            statuses.get(view.last_status_id),
        )
        for view in found
    ]
