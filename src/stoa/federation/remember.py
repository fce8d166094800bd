"""Storing what another server says of its actors: profile, addresses, keys, emoji.

The only writes to `remote_actors` and `remote_keys`.  In one transaction, and none of it is believed
here: who calls has the document from its own id, and WebFinger's word for the handle.
"""

from __future__ import annotations

import re

import msgspec
from sqlalchemy import Text, bindparam, delete, func, select, update

from stoa import ids, text
from stoa.core.accounts import remember as profiles
from stoa.core.accounts import store as account_store
from stoa.core.accounts.model import Field
from stoa.core.accounts.remember import Profile, Remembered
from stoa.core.instances import health, policy
from stoa.core.media import emojis
from stoa.core.relationships import follow
from stoa.db import Connection, Query, Row, any_of, insert, upsert
from stoa.db.tables import (
    accounts,
    domain_blocks,
    follow_requests,
    follows,
    remote_actors,
    remote_keys,
)
from stoa.federation import handles
from stoa.federation.handles import Handle
from stoa.federation.parse.actor import RemoteActor
from stoa.federation.parse.tags import RemoteEmoji

_known = select(
    accounts.c.id,
    accounts.c.uri,
    accounts.c.url,
    accounts.c.username,
    accounts.c.domain,
    accounts.c.suspended_at,
    remote_actors.c.fetched_at,
    remote_actors.c.updated_at,
    remote_actors.c.gone_at,
    remote_actors.c.featured,
    remote_actors.c.featured_collections,
).select_from(accounts.outerjoin(remote_actors, remote_actors.c.account_id == accounts.c.id))
_by_uri = Query(_known.where(accounts.c.uri == bindparam("uri", type_=Text)))
_by_id = Query(_known.where(accounts.c.id == bindparam("id")))
_put_actor = upsert(
    remote_actors,
    "account_id", "host", "inbox", "shared_inbox", "outbox", "followers", "following", "featured",
    "featured_collections",
    "moderators", "members_only", "unlisted_for_members", "hidden_before", "mods_only",
    "updated_at", "fetched_at", "gone_at",
    key=("account_id",),
)  # fmt: skip
_keys = Query(
    select(remote_keys.c.id, remote_keys.c.pem, remote_keys.c.multibase, remote_keys.c.expires_at).where(
        remote_keys.c.account_id == bindparam("account_id")
    )
)
_forget_keys = Query(delete(remote_keys).where(remote_keys.c.account_id == bindparam("account_id")))
_add_key = insert(remote_keys, "id", "account_id", "pem", "multibase", "expires_at", ignore=True)
_moved_to = Query(
    select(accounts.c.id, accounts.c.also_known_as).where(accounts.c.uri == bindparam("uri", type_=Text))
)
_limits = Query(
    select(domain_blocks.c.created_at)
    .where(any_of(domain_blocks.c.domain, "domains"), domain_blocks.c.severity == "silence")
    .order_by(func.length(domain_blocks.c.domain).desc())
    .limit(1)
)
_mark_gone = Query(
    update(remote_actors)
    .where(remote_actors.c.account_id == bindparam("account"), remote_actors.c.gone_at.is_(None))
    .values(gone_at=bindparam("at"))
)
_mark_tried = Query(
    update(remote_actors)
    .where(remote_actors.c.account_id == bindparam("account"))
    .values(fetched_at=bindparam("at"))
)
_followed_by = Query(select(follows.c.target_id).where(follows.c.follower_id == bindparam("account")))
_followers_of = Query(select(follows.c.follower_id).where(follows.c.target_id == bindparam("account")))
_asked_by = Query(
    select(follow_requests.c.target_id).where(follow_requests.c.follower_id == bindparam("account"))
)

_SINGLE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)


async def known(conn: Connection, uri: str) -> Row | None:
    """What is stored of the actor *uri* (here or elsewhere): id, uri, url, username, domain,
    suspended_at, and of remote ones fetched_at, updated_at, gone_at, featured, featured_collections.
    """
    return await conn.first(_by_uri, uri=uri)


async def known_by_id(conn: Connection, account_id: int) -> Row | None:
    """The same for an account's id."""
    return await conn.first(_by_id, id=account_id)


async def remember(conn: Connection, actor: RemoteActor, handle: Handle) -> Remembered:
    """Store *actor*, whose handle is *handle*.  A handle that another account had is taken from it,
    and that account counts as gone until it is heard of again.
    """
    now = ids.now_ms()
    # The server that answers for the id, and the one that answers for the handle.
    rules = {one: await policy.rule_of(conn, one) for one in {actor.host, handle.domain}}
    pictures = not any(rule.reject_media for rule in rules.values())
    profile = await _profile(conn, actor, handle, now, pictures=pictures)
    for domain, rule in rules.items():
        if rule.severity == "silence":
            profile = msgspec.structs.replace(profile, limited_at=await _limited_since(conn, domain))
    found = await profiles.remember(conn, profile)
    await conn.run(
        _put_actor,
        account_id=found.account_id,
        host=actor.host,
        inbox=actor.inbox,
        shared_inbox=actor.shared_inbox,
        outbox=actor.outbox,
        followers=actor.followers,
        following=actor.following,
        featured=actor.featured,
        featured_collections=actor.featured_collections,
        moderators=list(actor.attributed_to),
        members_only=actor.members_only,
        unlisted_for_members=actor.unlisted_for_members,
        hidden_before=max((one + now if one < 0 else one for one in actor.hidden_before), default=None),
        mods_only=actor.mods_only,
        updated_at=actor.updated,
        fetched_at=now,
        # Whom their own server shows to nobody is not spoken with, but may come back.
        gone_at=now if actor.suspended else None,
    )
    await _put_keys(conn, found.account_id, actor)
    if pictures and await keep_emojis(conn, handle.domain, actor.emojis) and not found.met:
        await account_store.change(conn, found.account_id)  # it is shown with other pictures
    if found.ousted_id is not None:
        await conn.run(_mark_gone, account=found.ousted_id, at=now)
    await health.heard_from(conn, actor.host)
    return found


def keeps_handle(row: Row, actor: RemoteActor) -> bool:
    """Whether *actor* claims the handle that it is *known* (row) to have: nobody has to be asked."""
    if row.username.lower() != actor.username.lower():
        return False
    claimed = handles.parse(actor.handle) if actor.handle else None
    return claimed is None or claimed.key == (row.username.lower(), row.domain)


async def renewed(conn: Connection, actor: RemoteActor) -> bool:
    """Store what a known *actor* says of itself, by its own signature; False where it claims another
    handle, or is not known: then it has to be fetched.
    """
    row = await known(conn, actor.id)
    if row is None or row.fetched_at is None or not keeps_handle(row, actor):
        return False
    if row.updated_at is None or actor.updated is None or actor.updated >= row.updated_at:
        await remember(conn, actor, Handle(actor.username, row.domain))
    return True


async def shows(conn: Connection, account_id: int, key_id: str) -> bool:
    """Whether the actor's own document showed the key *key_id*."""
    return any(row.id == key_id for row in await conn.all(_keys, account_id=account_id))


async def keep_emojis(conn: Connection, domain: str, used: tuple[RemoteEmoji, ...]) -> bool:
    """Remember the emoji that an actor or a post of *domain* uses; whether any is new or changed."""
    return await emojis.put_remote(
        conn, domain, (emojis.Foreign(one.shortcode, one.url, one.updated) for one in used)
    )


async def gone(conn: Connection, account_id: int) -> None:
    """Their server says that the actor is gone: nothing goes there any more, follows have ended."""
    await conn.run(_mark_gone, account=account_id, at=ids.now_ms())
    followed = await conn.scalars(_followed_by, account=account_id)
    for target_id in dict.fromkeys([*followed, *await conn.scalars(_asked_by, account=account_id)]):
        await follow.unfollow(conn, account_id, target_id)
    for follower_id in await conn.scalars(_followers_of, account=account_id):
        await follow.unfollow(conn, follower_id, account_id)


async def tried(conn: Connection, account_id: int) -> None:
    """They could not be fetched anew just now: not before another day."""
    await conn.run(_mark_tried, account=account_id, at=ids.now_ms())


async def _profile(
    conn: Connection, actor: RemoteActor, handle: Handle, now: int, *, pictures: bool
) -> Profile:
    icon, header = (actor.icon, actor.header) if pictures else (None, None)
    return Profile(
        username=handle.username,
        domain=handle.domain,
        uri=actor.id,
        url=actor.url,
        actor_type=actor.type,
        display_name=actor.name,
        note_html=text.sanitise(actor.summary),
        fields=tuple(_field(one.name, one.value) for one in actor.fields),
        avatar_remote_url=icon.url if icon else None,
        avatar_description=icon.description if icon else "",
        header_remote_url=header.url if header else None,
        header_description=header.description if header else "",
        locked=actor.locked,
        discoverable=actor.discoverable,
        indexable=actor.indexable,
        memorial=actor.memorial,
        show_media=actor.show_media,
        show_media_replies=actor.show_media_replies,
        show_featured=actor.show_featured,
        feature_policy=actor.feature_policy,
        also_known_as=actor.also_known_as,
        moved_to_id=await _moved(conn, actor),
        attribution_domains=actor.attribution_domains,
        created_at=None if actor.published is None else min(actor.published, now),
    )


async def _limited_since(conn: Connection, host: str) -> int | None:
    """The stamp of those whom the limit of their server limits, so that its end ends theirs."""
    labels = host.split(".")
    domains = [".".join(labels[place:]) for place in range(len(labels))]
    since: int | None = await conn.scalar(_limits, domains=domains)
    return since


def _field(name: str, value: str) -> Field:
    clean = text.sanitise(value)
    single = _SINGLE_PARAGRAPH.fullmatch(clean)
    return Field(name=name, value=clean, html=single[1] if single else clean)


async def _moved(conn: Connection, actor: RemoteActor) -> int | None:
    """Where the actor says it moved, if that one is known and says so too."""
    if actor.moved_to is None:
        return None
    target = await conn.first(_moved_to, uri=actor.moved_to)
    return target.id if target is not None and actor.id in target.also_known_as else None


async def _put_keys(conn: Connection, account_id: int, actor: RemoteActor) -> None:
    wanted = {(one.id, one.pem, one.multibase, one.expires) for one in actor.keys}
    if {tuple(row) for row in await conn.all(_keys, account_id=account_id)} == wanted:
        return
    await conn.run(_forget_keys, account_id=account_id)
    for key in actor.keys:
        # An id that is another actor's key already stays theirs.
        await conn.run(
            _add_key,
            id=key.id,
            account_id=account_id,
            pem=key.pem,
            multibase=key.multibase,
            expires_at=key.expires,
        )
