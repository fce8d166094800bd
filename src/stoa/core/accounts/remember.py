"""Profiles of people on other servers, as their server describes them.

Believes what it is told: that the words are the actor's own, and the handle theirs, has been made
sure of before.  HTML comes sanitised.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, select

from stoa.core import events
from stoa.core.accounts import store
from stoa.core.accounts.model import FeaturePolicy, Field
from stoa.db import Connection, Query
from stoa.db.tables import accounts


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What another server says of one of its accounts.  Times are unix milliseconds."""

    username: str
    domain: str  # of the handle
    uri: str
    url: str
    actor_type: str = "Person"
    display_name: str = ""
    note_html: str = ""
    fields: tuple[Field, ...] = ()
    avatar_remote_url: str | None = None
    avatar_description: str = ""
    header_remote_url: str | None = None
    header_description: str = ""
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    memorial: bool = False
    show_media: bool = True
    show_media_replies: bool = True
    show_featured: bool = True
    feature_policy: FeaturePolicy | None = None
    also_known_as: tuple[str, ...] = ()
    moved_to_id: int | None = None
    attribution_domains: tuple[str, ...] = ()
    limited_at: int | None = None  # what a new account begins with
    created_at: int | None = None  # the same


class Remembered(msgspec.Struct, frozen=True):
    """*account_id*, whether it was *met* for the first time, and the id of the account that had this
    handle before, if another one did.
    """

    account_id: int
    met: bool
    ousted_id: int | None = None


_COMPARED = (
    "username", "username_key", "domain", "url", "actor_type", "display_name", "note_html", "fields",
    "avatar_remote_url", "avatar_description", "header_remote_url", "header_description", "locked",
    "discoverable", "indexable", "memorial", "also_known_as", "moved_to_id", "attribution_domains",
    "show_media", "show_media_replies", "show_featured", "feature_policy",
)  # fmt: skip
_by_uri = Query(
    select(accounts.c.id, *[accounts.c[name] for name in _COMPARED]).where(
        accounts.c.uri == bindparam("uri", type_=Text)
    )
)
_by_handle = Query(
    select(accounts.c.id, accounts.c.username).where(
        accounts.c.username_key == bindparam("username_key"),
        accounts.c.domain == bindparam("domain"),
        accounts.c.uri != bindparam("uri", type_=Text),
    )
)


async def remember(conn: Connection, profile: Profile) -> Remembered:
    """Store *profile*.  Whoever had its handle gets another name: handles are given out by the server
    whose domain they end in, and it has given this one to *profile*.
    """
    if not profile.domain:
        raise ValueError("only accounts of other servers are remembered")
    ousted_id = await _oust(conn, profile)
    row = await conn.first(_by_uri, uri=profile.uri)
    if row is None:
        account_id = await store.add_remote(
            conn,
            username=profile.username,
            domain=profile.domain,
            uri=profile.uri,
            url=profile.url,
            actor_type=profile.actor_type,
            display_name=profile.display_name,
        )
        begun = {"limited_at": profile.limited_at}
        if profile.created_at is not None:
            begun["created_at"] = profile.created_at
        await store.change(conn, account_id, **_columns(profile, profile.fields), **begun)
        await events.record(conn, events.AccountCreated(account_id))
        return Remembered(account_id, True, ousted_id)
    columns = _columns(profile, _still_verified(profile.fields, row.fields))
    changed = {name: value for name, value in columns.items() if value != getattr(row, name)}
    for kind in ("avatar", "header"):
        if f"{kind}_remote_url" in changed:
            changed |= {f"{kind}_key": None, f"{kind}_static_key": None}
    if changed:
        await store.change(conn, row.id, **changed)
        await events.record(conn, events.AccountUpdated(row.id))
    return Remembered(row.id, False, ousted_id)


async def _oust(conn: Connection, profile: Profile) -> int | None:
    before = await conn.first(
        _by_handle, username_key=profile.username.lower(), domain=profile.domain, uri=profile.uri
    )
    if before is None:
        return None
    name = f"{before.username[:2000]}_{before.id}"
    await store.change(conn, before.id, username=name, username_key=name.lower())
    await events.record(conn, events.AccountUpdated(before.id))
    former: int = before.id
    return former


def _columns(profile: Profile, fields: tuple[Field, ...]) -> dict[str, Any]:
    said = {name: getattr(profile, name) for name in _COMPARED if name not in ("username_key", "fields")}
    said["also_known_as"] = list(profile.also_known_as)
    said["attribution_domains"] = list(profile.attribution_domains)
    said["feature_policy"] = msgspec.to_builtins(profile.feature_policy)
    return {**said, "username_key": profile.username.lower(), "fields": msgspec.to_builtins(list(fields))}


def _still_verified(fields: tuple[Field, ...], before: list[dict[str, Any]]) -> tuple[Field, ...]:
    """A link that was looked at stays verified while it stays the same."""
    verified = {one.get("value"): one.get("verified_at") for one in before}
    return tuple(
        msgspec.structs.replace(one, verified_at=verified.get(one.value, one.verified_at)) for one in fields
    )
