"""What members are told of themselves, and nobody else; and their preferences."""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import bindparam, func, select

from stoa.core.accounts.model import Field, Role
from stoa.core.auth import store
from stoa.core.auth.model import (
    ExpandMedia,
    Preferences,
    QuotePolicy,
    TextSize,
    Theme,
    Visibility,
    preferences_of,
)
from stoa.core.errors import Invalid, NotFound, Problem
from stoa.db import Connection, Query
from stoa.db.tables import accounts, follow_requests, users

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)

_requests = (
    select(func.count())
    .where(follow_requests.c.target_id == bindparam("account_id"))
    .scalar_subquery()
    .label("follow_requests_count")
)
_load = Query(
    select(
        accounts.c.note,
        accounts.c.fields,
        accounts.c.attribution_domains,
        accounts.c.locked,
        accounts.c.hide_collections,
        accounts.c.discoverable,
        accounts.c.indexable,
        users.c.settings,
        users.c.role,
        users.c.email,
        users.c.locale,
        _requests,
    )
    .select_from(accounts.join(users, users.c.account_id == accounts.c.id))
    .where(accounts.c.id == bindparam("account_id"))
)


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """The private part of a member's own account."""

    note: str
    fields: tuple[Field, ...]
    attribution_domains: tuple[str, ...]
    locked: bool
    hide_collections: bool
    discoverable: bool
    indexable: bool
    preferences: Preferences
    role: Role
    email: str
    locale: str
    follow_requests_count: int

    @property
    def default_visibility(self) -> Visibility:
        """Who sees a post of theirs when they do not say."""
        return self.preferences.visibility or ("private" if self.locked else "public")


async def load(conn: Connection, account_id: int) -> Credentials:
    """The private part of a member's account.  Raises NotFound."""
    row = await conn.first(_load, account_id=account_id)
    if row is None:
        raise NotFound
    values = row._asdict()
    values["preferences"] = preferences_of(values.pop("settings"))
    values["fields"] = tuple(msgspec.convert(field, Field) for field in row.fields)
    values["attribution_domains"] = tuple(row.attribution_domains)
    return Credentials(**values)


class PreferenceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; what is UNSET stays."""

    visibility: Visibility | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET
    language: str | UnsetType | None = UNSET
    quote_policy: QuotePolicy | UnsetType = UNSET
    expand_media: ExpandMedia | UnsetType = UNSET
    expand_spoilers: bool | UnsetType = UNSET
    theme: Theme | UnsetType = UNSET
    high_contrast: bool | UnsetType = UNSET
    shortcuts: bool | UnsetType = UNSET
    plain: bool | UnsetType = UNSET
    text_size: TextSize | UnsetType = UNSET
    fold: int | UnsetType = UNSET


async def prefer(conn: Connection, account_id: int, change: PreferenceChange) -> None:
    """Remember what a member prefers.  Raises Invalid for what is no language."""
    given = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    if not given:
        return
    if given.get("language") == "":
        given["language"] = None
    language = given.get("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise Invalid({"language": [Problem("ERR_INCLUSION", "is not a language code")]})
    before = (await load(conn, account_id)).preferences
    after = msgspec.structs.replace(before, **given)
    if after != before:
        await store.change(conn, account_id, settings=msgspec.to_builtins(after))


async def speak(conn: Connection, account_id: int, locale: str) -> None:
    """Pages and letters speak *locale* to the member from now on."""
    await store.change(conn, account_id, locale=locale_of(locale))


def locale_of(text: str) -> str:
    """*text* if it can be a language code, else English."""
    return text if _LANGUAGE.fullmatch(text) else "en"
