"""Notifications: who did what, and who asks to follow."""

from __future__ import annotations

from typing import NamedTuple

from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.collections import views as collections
from stoa.core.collections.model import CollectionView
from stoa.core.house import House
from stoa.core.moderation import views as report_views
from stoa.core.moderation.model import ReportView
from stoa.core.notifications import requests
from stoa.core.notifications import views as notifications
from stoa.core.notifications.model import NotificationView
from stoa.core.relationships import severances
from stoa.core.relationships import views as relationship_views
from stoa.core.relationships.severances import Severance
from stoa.core.timelines import markers
from stoa.db.paging import Page as Part
from stoa.web import listing, showing
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.showing import Shown
from stoa.web.templating import page


class Report(NamedTuple):
    """What moderators are told, and of whom."""

    said: ReportView
    target: AccountView


class Notice(NamedTuple):
    """A notification with whom and what it is about."""

    what: NotificationView
    who: AccountView
    post: Shown | None
    is_new: bool
    report: Report | None = None
    loss: Severance | None = None
    collection: CollectionView | None = None


class KeptBack(NamedTuple):
    """Somebody whom the policy keeps back, with the last that they said."""

    who: AccountView
    messages: int
    post: Shown | None


async def show(request: Request, house: House) -> Response:
    """GET /notifications; what is on the first page counts as read from then on."""
    viewer = await member(request, house)
    me = viewer.account_id
    part = listing.page_of(request)
    async with house.db.read() as conn:
        rows = await notifications.page(conn, me, part)
        posts = await showing.load_some(conn, {row.status_id for row in rows if row.status_id}, me)
        asking = await relationship_views.requests(conn, me, Part(limit=40))
        kept_back = await requests.page(conn, me, Part(limit=40))
        said = {one.last_status_id for one in kept_back if one.last_status_id is not None}
        lost = {row.severance_id for row in rows if row.severance_id is not None}
        losses = await severances.load(conn, lost) if lost else {}
        within = {row.collection_id for row in rows if row.collection_id is not None}
        gathered = await collections.load(conn, within, me) if within else {}
        words = {one.head.id: one for one in await showing.load_some(conn, said, me)} if said else {}
        reports = await report_views.load(conn, {row.report_id for row in rows if row.report_id})
        who = {row.from_account_id for row in rows} | {row.account_id for row in asking}
        who |= {one.target_id for one in reports.values()} | {one.from_account_id for one in kept_back}
        people = await account_views.load(conn, who)
        marker = (await markers.load(conn, me, ["notifications"])).get("notifications")
    last_read = marker.last_read_id if marker else 0
    if rows and part.min_id is None and rows[0].id > last_read:
        async with house.db.write() as conn:
            await markers.save(conn, me, {"notifications": rows[0].id})
    shown = {one.head.id: one for one in posts}
    told = {
        one.id: Report(one, people[one.target_id]) for one in reports.values() if one.target_id in people
    }
    return page(
        request,
        house,
        "notifications.html",
        viewer=viewer,
        notices=[
            Notice(
                row,
                people[row.from_account_id],
                shown.get(row.status_id or 0),
                row.id > last_read,
                told.get(row.report_id or 0),
                losses.get(row.severance_id or 0),
                gathered.get(row.collection_id or 0),
            )
            for row in rows
            if row.from_account_id in people
            and (row.report_id is None or row.report_id in told)
            and (row.collection_id is None or row.collection_id in gathered)
        ],
        asking=[people[row.account_id] for row in asking if row.account_id in people],
        kept_back=[
            KeptBack(people[one.from_account_id], one.count, words.get(one.last_status_id or 0))
            for one in kept_back
            if one.from_account_id in people
        ],
        links=listing.links(request, [row.id for row in rows], part),
    )


PAGES: list[Page] = [("GET", "/notifications", show)]
