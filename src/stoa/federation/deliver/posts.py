"""Telling others of posts: Create, Update, Delete.  Jobs that only touch the database.

Who gets it (F6.1): the author's followers, those mentioned, the authors of what is answered and
quoted, the group it is for; of public ones relays too; of changes and of the end also those who
answered, boosted, quoted, favourited or voted.  Direct posts go to each person's own inbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.house import AsSent, House
from stoa.core.statuses import reach
from stoa.core.statuses import store as status_store
from stoa.core.statuses import views as status_views
from stoa.core.statuses.model import PollView, StatusView
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, statuses
from stoa.db.tables.base import Id
from stoa.federation import origins, views
from stoa.federation.deliver import audience, consent, groups, on_series, proving, relays, sync
from stoa.federation.deliver.kinds import CREATE, DELETE, UPDATE
from stoa.federation.deliver.send import send
from stoa.federation.render import activity
from stoa.federation.render import note as render_note
from stoa.federation.render.context import PUBLIC
from stoa.federation.render.note import Around
from stoa.ids import Addresses
from stoa.settings import Settings

Document = dict[str, Any]

_quoted = statuses.alias("quoted")
_above = Query(
    select(_quoted.c.account_id)
    .select_from(statuses.join(_quoted, _quoted.c.id == statuses.c.quote_of_id))
    .where(statuses.c.id == bindparam("status", type_=Id))
)
_uris = Query(select(accounts.c.uri).where(any_of(accounts.c.id, "ids")).order_by(accounts.c.id))


class Post(msgspec.Struct, frozen=True):
    """A post of somebody who lives here, as others read it."""

    view: StatusView
    around: Around
    note: Document

    @property
    def open(self) -> bool:
        """Whether everybody may read it."""
        return self.view.visibility in ("public", "unlisted")


async def load(conn: Connection, house: House, status_id: int) -> Post | None:
    """The post, locked against changes until this transaction ends; None if nobody is to be told of it:
    it is gone, its author is suspended or lives elsewhere, or it is a boost.
    """
    await status_store.lock(conn, status_id)
    view = (await status_views.load(conn, [status_id])).get(status_id)
    if view is None or not view.local or view.reblog_of_id is not None:
        return None
    if view.account.suspended_at is not None:
        return None
    around = await views.around(
        conn, house.addresses, house.settings.domain, [view], formulas=house.settings.formulas
    )
    return Post(view, around[view.id], render_note.render(view, house.addresses, around[view.id]))


def as_sent(settings: Settings) -> AsSent:
    """What would go out of a post that nobody has seen yet."""
    addresses = Addresses(settings.base_url)

    def render(view: StatusView, poll: PollView | None) -> Document:
        return render_note.render(view, addresses, Around(poll=poll, formulas=settings.formulas))

    return render


async def inboxes(conn: Connection, house: House, post: Post, *, also: Iterable[int] = ()) -> list[str]:
    """Where *post* goes, and what is said of it later; *also* to these accounts, if it is no secret."""
    view = post.view
    people = {one.account_id for one in view.mentions}
    if not post.open:
        if view.visibility == "direct":
            return await audience.inboxes(conn, accounts=people, personal=True)
        return await audience.inboxes(conn, accounts=people, followers_of=view.account.id)
    people |= {*also, *await on_series.followers_of_status(conn, view.id)}
    if view.in_reply_to_account_id is not None:
        people.add(view.in_reply_to_account_id)
    if view.quote_of_id is not None:
        people |= set(await conn.scalars(_above, status=view.id))
    if post.around.group is not None:
        group = await audience.account_of(conn, post.around.group)
        people |= set() if group is None else {group}
    return await audience.inboxes(
        conn, accounts=people, followers_of=view.account.id, relays=view.visibility == "public"
    )


async def create(house: House, conn: Connection, payload: Any) -> None:
    """Job: tell of the new post {status}.  One that needs consent first asks for that."""
    post = await load(conn, house, payload["status"])
    if post is None or await proving.postponed(conn, post.view.account.id, CREATE, payload):
        return
    if post.around.group is not None:
        # So that answers find it, whoever writes them (views.around).
        await origins.put(conn, post.view.id, audience=post.around.group)
    if await consent.asked_to_reply(conn, house, post.view, post.note):
        return
    author = post.view.account
    wanted = await inboxes(conn, house, post)
    headers: Mapping[str, Mapping[str, str]] = {}
    if post.view.visibility == "private":
        headers = await sync.headers(conn, author.id, author.uri, wanted, house.addresses)
    await send(
        conn,
        house,
        activity.create(post.note),
        account_id=author.id,
        inboxes=wanted,
        kind="Create",
        about=post.view.uri,
        headers=headers,
    )
    await groups.tell(conn, house, activity.create(post.note), post.view.uri)
    await consent.ask_to_quote(conn, house, post.view, post.note)
    if post.view.visibility == "public":
        await relays.announce(conn, house, post.view)


async def update(house: House, conn: Connection, payload: Any) -> None:
    """Job: tell what the post {status} says now, its words or only its counts."""
    post = await load(conn, house, payload["status"])
    if post is None or await proving.postponed(conn, post.view.account.id, UPDATE, payload):
        return
    if await consent.is_awaited(conn, post.view.id):
        return  # those who will be told get what it says then
    also = await reach.elsewhere(conn, post.view.id)
    said = activity.update(post.note, ids.now_ms())
    await groups.tell(conn, house, said, post.view.uri)
    await send(
        conn,
        house,
        said,
        account_id=post.view.account.id,
        inboxes=await inboxes(conn, house, post, also=also),
        kind="Update",
        about=post.view.uri,
    )


async def delete(house: House, conn: Connection, payload: Any) -> None:
    """Job: tell that a post is gone, whoever knew of it; the payload holds what is left of it."""
    if await proving.postponed(conn, payload["account"], DELETE, payload):
        return
    actor, visibility = payload["actor"], payload["visibility"]
    followers = house.addresses.followers(actor)
    mentioned = await conn.scalars(_uris, ids=payload["mentioned"])
    to, cc = {
        "public": ([PUBLIC], [followers, *mentioned]),
        "unlisted": ([followers], [PUBLIC, *mentioned]),
        "private": ([followers, *mentioned], []),
        "direct": (mentioned, []),
    }[visibility]
    is_open = visibility in ("public", "unlisted")
    people = payload["reached"] if is_open else payload["mentioned"]
    wanted = await audience.inboxes(
        conn,
        accounts=people,
        followers_of=None if visibility == "direct" else payload["account"],
        relays=visibility == "public",
        personal=visibility == "direct",
    )
    said = activity.delete(actor, payload["uri"], kind=payload["kind"], to=to, cc=cc)
    await groups.tell(conn, house, said, payload["uri"])
    await send(
        conn,
        house,
        said,
        account_id=payload["account"],
        inboxes=wanted,
        kind="Delete",
        about=payload["uri"],
    )
