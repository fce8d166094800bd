"""Notifications: who did what, several of a kind as one; and who asks to follow or to be heard."""

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
from stoa.core.notifications import groups, requests
from stoa.core.notifications.groups import Groups
from stoa.core.notifications.model import NotificationView, Type
from stoa.core.notifications.views import EVERYTHING, Wish
from stoa.core.relationships import severances
from stoa.core.relationships import views as relationship_views
from stoa.core.relationships.severances import Severance
from stoa.core.timelines import markers
from stoa.db.paging import Page as Part
from stoa.web import filtering, listing, showing
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.showing import Shown
from stoa.web.templating import page

KINDS: dict[str, tuple[Type, ...]] = {
    "talk": ("mention", "quote", "quoted_update"),
    "likes": ("favourite", "reblog", "added_to_collection"),
    "follows": ("follow", "follow_request"),
    "news": ("status", "update", "poll"),
}
"""What can be asked for alone, by the name it has in the address."""


class Report(NamedTuple):
    """What moderators are told, and of whom."""

    said: ReportView
    target: AccountView


class Notice(NamedTuple):
    """A notification, or several as one (*others*: how many more than *who*), with what it is about."""

    what: NotificationView
    who: AccountView
    faces: list[AccountView]
    others: int
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
    """GET /notifications, of one `kind` or of all; what is on the first page of all counts as read."""
    viewer = await member(request, house)
    me = viewer.account_id
    part = listing.page_of(request)
    asked = request.query.get("kind")
    kind = asked if isinstance(asked, str) and asked in KINDS else ""
    async with house.db.read() as conn:
        found = await groups.page(conn, me, part, Wish(types=KINDS[kind]) if kind else EVERYTHING)
        rows = [one.latest for one in found.groups]
        posts = await showing.load_some(conn, {row.status_id for row in rows if row.status_id}, me)
        unfiltered = {one.head.id for one in posts}
        posts = await filtering.narrowed(conn, posts, me, "notifications")
        asking = await relationship_views.requests(conn, me, Part(limit=40))
        kept_back = await requests.page(conn, me, Part(limit=40))
        said = {one.last_status_id for one in kept_back if one.last_status_id is not None}
        lost = {row.severance_id for row in rows if row.severance_id is not None}
        losses = await severances.load(conn, lost) if lost else {}
        within = {row.collection_id for row in rows if row.collection_id is not None}
        gathered = await collections.load(conn, within, me) if within else {}
        words = {one.head.id: one for one in await showing.load_some(conn, said, me)} if said else {}
        reports = await report_views.load(conn, {row.report_id for row in rows if row.report_id})
        who = {one for group in found.groups for one in (group.latest.from_account_id, *group.account_ids)}
        who |= {row.account_id for row in asking}
        who |= {one.target_id for one in reports.values()} | {one.from_account_id for one in kept_back}
        people = await account_views.load(conn, who)
        marker = (await markers.load(conn, me, ["notifications"])).get("notifications")
    kept = {"kind": kind} if kind else {}
    last_read = marker.last_read_id if marker else 0
    if rows and not kind and part.min_id is None and rows[0].id > last_read:
        async with house.db.write() as conn:
            await markers.save(conn, me, {"notifications": rows[0].id})
    shown = {one.head.id: one for one in posts}
    hidden = unfiltered - set(shown)
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
                [people[one] for one in group.account_ids if one in people],
                group.count - 1,
                shown.get(row.status_id or 0),
                row.id > last_read,
                told.get(row.report_id or 0),
                losses.get(row.severance_id or 0),
                gathered.get(row.collection_id or 0),
            )
            for group in found.groups
            if (row := group.latest).from_account_id in people
            and row.status_id not in hidden
            and (row.report_id is None or row.report_id in told)
            and (row.collection_id is None or row.collection_id in gathered)
        ],
        kind=kind,
        kinds=list(KINDS),
        asking=[people[row.account_id] for row in asking if row.account_id in people],
        kept_back=[
            KeptBack(people[one.from_account_id], one.count, words.get(one.last_status_id or 0))
            for one in kept_back
            if one.from_account_id in people
        ],
        links=listing.links(request, _keys(found), part, **kept),
    )


def _keys(found: Groups) -> list[int]:
    """Of a page of groups, between what began the page and what ended it."""
    keys = [one.latest.id for one in found.groups]
    if found.newest is None or found.oldest is None or not keys:
        return keys
    return [found.newest, *keys[1:-1], found.oldest] if len(keys) > 1 else [found.newest]


PAGES: list[Page] = [("GET", "/notifications", show)]
