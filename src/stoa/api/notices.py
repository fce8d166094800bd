"""Notifications and conversations as apps are sent them, asked for and live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stoa.api import rendered
from stoa.api.entities import conversation as conversation_entity
from stoa.api.entities import notification as entity
from stoa.api.entities import report as report_entity
from stoa.core.house import House
from stoa.core.moderation import views as report_views
from stoa.core.notifications.model import NotificationView
from stoa.core.timelines.conversations import ConversationView
from stoa.db import Connection


async def notifications(
    conn: Connection, house: House, found: Sequence[NotificationView], viewer_id: int
) -> list[dict[str, Any]]:
    """A Notification for each of *found*; four queries, whatever their number."""
    told = {one.report_id for one in found if one.report_id is not None}
    reports = await report_views.load(conn, told) if told else {}
    who = {one.from_account_id for one in found} | {one.target_id for one in reports.values()}
    people = await rendered.accounts_by_id(conn, house, who)
    about = {one.status_id for one in found if one.status_id is not None}
    statuses = await rendered.statuses_by_id(conn, house, about, viewer_id) if about else {}
    shown = {
        one.id: report_entity.render(one, people[one.target_id])
        for one in reports.values()
        if one.target_id in people
    }
    return [
        entity.render(
            one,
            people[one.from_account_id],
            statuses.get(one.status_id or 0),
            shown.get(one.report_id or 0),
        )
        for one in found
        # Gone between two queries: as if the page had been asked for later.
        if one.from_account_id in people
        and (one.status_id is None or one.status_id in statuses)
        and (one.report_id is None or one.report_id in shown)
    ]


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
