"""Telling others what somebody here shows of themselves: profile, pins, another home, the end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select

from stoa import ids
from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.groups import views as groups
from stoa.core.house import House
from stoa.db import Connection, Query
from stoa.db.tables import accounts, follows, relays, remote_actors, statuses
from stoa.db.tables.base import Id
from stoa.federation import here, store
from stoa.federation.deliver import audience, proving
from stoa.federation.deliver.kinds import MOVE, PIN, PROFILE
from stoa.federation.deliver.send import send
from stoa.federation.render import activity
from stoa.federation.render import actor as render_actor
from stoa.jobs import queue

# Whoever arranges their profile saves often.
PAUSE_MS = 10_000

_wanted = Query(
    select(
        or_(
            exists().where(
                follows.c.target_id == accounts.c.id, remote_actors.c.account_id == follows.c.follower_id
            ),
            exists().where(
                follows.c.follower_id == accounts.c.id, remote_actors.c.account_id == follows.c.target_id
            ),
            exists().where(relays.c.state == "accepted"),
        )
    ).where(accounts.c.id == bindparam("account", type_=Id), accounts.c.domain == "")
)
_followed = Query(select(follows.c.target_id).where(follows.c.follower_id == bindparam("account")))
_post = Query(
    select(statuses.c.uri, statuses.c.visibility).where(statuses.c.id == bindparam("status", type_=Id))
)
_other = Query(select(accounts.c.uri).where(accounts.c.id == bindparam("account", type_=Id)))
_everyone = Query(
    select(func.coalesce(remote_actors.c.shared_inbox, remote_actors.c.inbox))
    .where(remote_actors.c.gone_at.is_(None))
    .distinct()
)


async def cares(house: House, conn: Connection, account_id: int) -> bool:
    """Whether anybody elsewhere would hear what the account, which lives here, shows of itself."""
    if house.settings.federation == "off":
        return False
    return bool(await conn.scalar(_wanted, account=account_id))


async def updated(house: House, conn: Connection, event: events.AccountUpdated) -> None:
    """A profile shows something else: Update, a little later."""
    if await cares(house, conn, event.account_id):
        await queue.add(
            conn,
            PROFILE,
            {"account": event.account_id},
            run_at=ids.now_ms() + PAUSE_MS,
            unique_key=f"{PROFILE}:{event.account_id}",
        )


async def pinned(house: House, conn: Connection, event: events.StatusPinned) -> None:
    """Add, later."""
    if await cares(house, conn, event.account_id):
        payload = {"account": event.account_id, "status": event.status_id, "pinned": True}
        await queue.add(conn, PIN, payload)


async def unpinned(house: House, conn: Connection, event: events.StatusUnpinned) -> None:
    """Remove, later."""
    if await cares(house, conn, event.account_id):
        payload = {"account": event.account_id, "status": event.status_id, "pinned": False}
        await queue.add(conn, PIN, payload)


async def moved(house: House, conn: Connection, event: events.AccountMoved) -> None:
    """Move, later."""
    if await cares(house, conn, event.account_id):
        await queue.add(conn, MOVE, {"account": event.account_id, "target": event.target_id})


async def _local(conn: Connection, account_id: int) -> AccountView | None:
    found = (await account_views.load(conn, [account_id])).get(account_id)
    return found if found is not None and found.local else None


async def _known_to(conn: Connection, account: AccountView) -> list[str]:
    followed = await conn.scalars(_followed, account=account.id)
    return await audience.inboxes(conn, accounts=followed, followers_of=account.id)


async def tell_profile(house: House, conn: Connection, payload: Any) -> None:
    """Job: Update of {account}, to who follows them and whom they follow."""
    account = await _local(conn, payload["account"])
    if account is None or await proving.postponed(conn, account.id, PROFILE, payload):
        return
    keys = await proving.public_keys(conn, house, account.id, account.uri)
    if keys is None:
        return
    aliases, moved_to = await here.other_selves(conn, account)
    group = await groups.get(conn, account.id) if account.actor_type == "Group" else None
    document = render_actor.render(
        account,
        house.addresses,
        house.settings.domain,
        keys,
        also_known_as=aliases,
        moved_to=moved_to,
        updated=ids.now_ms(),
        moderators_only=None if group is None else group.moderators_only,
    )
    await send(
        conn,
        house,
        activity.update_actor(document, ids.now_ms()),
        account_id=account.id,
        inboxes=await _known_to(conn, account),
        kind="Update",
        about=account.uri,
    )


async def tell_pin(house: House, conn: Connection, payload: Any) -> None:
    """Job: Add or Remove of {status}, {pinned} or not, to the followers.  Of open posts only: whoever
    may not read a post need not know that there is one.
    """
    account = await _local(conn, payload["account"])
    post = await conn.first(_post, status=payload["status"])
    if account is None or post is None or post.visibility not in ("public", "unlisted"):
        return
    if await proving.postponed(conn, account.id, PIN, payload):
        return
    name, say = ("adds", activity.add) if payload["pinned"] else ("removes", activity.remove)
    addresses = house.addresses
    document = say(
        addresses.deed(account.uri, name, ids.new_id()),
        account.uri,
        post.uri,
        addresses.featured(account.uri),
        addresses.followers(account.uri),
    )
    await send(
        conn,
        house,
        document,
        account_id=account.id,
        inboxes=await audience.inboxes(conn, followers_of=account.id),
        kind=document["type"],
        about=f"{addresses.featured(account.uri)}#{payload['status']}",
    )


async def tell_move(house: House, conn: Connection, payload: Any) -> None:
    """Job: Move of {account} to {target}, to the followers, after the profile that says so too."""
    account = await _local(conn, payload["account"])
    target: str | None = await conn.scalar(_other, account=payload["target"])
    if account is None or target is None or await proving.postponed(conn, account.id, MOVE, payload):
        return
    await tell_profile(house, conn, {"account": account.id})
    addresses = house.addresses
    document = activity.move(
        addresses.deed(account.uri, "moves", payload["target"]),
        account.uri,
        target,
        addresses.followers(account.uri),
    )
    await send(
        conn,
        house,
        document,
        account_id=account.id,
        inboxes=await audience.inboxes(conn, followers_of=account.id),
        kind="Move",
    )


async def deleted(house: House, conn: Connection, event: events.AccountDeleted) -> None:
    """Somebody here is gone for good: Delete."""
    await queue.remove(conn, f"{PROFILE}:{event.account_id}")
    await farewell(conn, house, event.account_id)


async def farewell(conn: Connection, house: House, account_id: int) -> None:
    """Delete of the local account, to every server we know; its id and its name stay taken.

    Its row and its keys stay, to sign these last words.
    """
    account = await _local(conn, account_id)
    if account is None or house.settings.federation == "off":
        return
    await store.bury(conn, account.uri, account.uri, account.actor_type)
    handle = store.handle(account.username, house.settings.domain)
    await store.bury(conn, handle, account.uri, account.actor_type)
    await send(
        conn,
        house,
        activity.delete_actor(account.uri),
        account_id=account.id,
        inboxes=await conn.scalars(_everyone),
        kind="Delete",
        about=account.uri,
    )
