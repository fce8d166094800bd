"""Changing a profile: what it says, what it shows, and how it is found.

Takes keys of pictures that are stored already (core/media/portraits.py).  The note may hold links,
mentions and hashtags; it is plain text, as apps show and edit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import select

from stoa import text
from stoa.core import events
from stoa.core.accounts import store, views
from stoa.core.accounts.model import Field
from stoa.core.errors import Invalid, Problem
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts
from stoa.ids import Addresses
from stoa.settings import Settings

MAX_DISPLAY_NAME = 30
MAX_NOTE = 500
MAX_FIELD_NAME = 255
MAX_FIELD_VALUE = 255
MAX_ATTRIBUTION_DOMAINS = 10
MAX_DESCRIPTION = 1500

# However few characters a text counts, no more code points of it are stored.
_MOST_CODE_POINTS = 10_000

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII)
_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)

_named = Query(
    select(accounts.c.username, accounts.c.username_key, accounts.c.domain, accounts.c.url).where(
        any_of(accounts.c.username_key, "names"),
        any_of(accounts.c.domain, "domains"),
        accounts.c.suspended_at.is_(None),
    )
)


class FieldChange(msgspec.Struct, frozen=True):
    """A line of the table, as typed."""

    name: str = ""
    value: str = ""


class Picture(msgspec.Struct, frozen=True):
    """Where an avatar or a header lies in the storage; both None: there is none."""

    key: str | None
    static_key: str | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; what is UNSET stays."""

    display_name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    fields: Sequence[FieldChange] | UnsetType = UNSET
    avatar: Picture | UnsetType = UNSET
    avatar_description: str | UnsetType = UNSET
    header: Picture | UnsetType = UNSET
    header_description: str | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    bot: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET
    indexable: bool | UnsetType = UNSET
    hide_collections: bool | UnsetType = UNSET
    show_media: bool | UnsetType = UNSET
    show_media_replies: bool | UnsetType = UNSET
    show_featured: bool | UnsetType = UNSET
    attribution_domains: Sequence[str] | UnsetType = UNSET


_FLAGS = (
    "locked", "discoverable", "indexable", "hide_collections", "show_media", "show_media_replies",
    "show_featured",
)  # fmt: skip


async def update(
    conn: Connection, account_id: int, change: Change, settings: Settings, addresses: Addresses
) -> None:
    """Make *change* to a local profile.  Raises Invalid with everything in it that does not fit."""
    check(change, settings)
    before = await views.get(conn, account_id)
    columns: dict[str, Any] = {
        name: value for name in _FLAGS if (value := getattr(change, name)) is not UNSET
    }
    if change.display_name is not UNSET:
        columns["display_name"] = " ".join(change.display_name.split())
    for name in ("avatar_description", "header_description"):
        if (value := getattr(change, name)) is not UNSET:
            columns[name] = value.strip()
    if change.bot is not UNSET:
        columns["actor_type"] = "Service" if change.bot else "Person"
    for kind, picture in (("avatar", change.avatar), ("header", change.header)):
        if picture is not UNSET:
            columns[f"{kind}_key"] = picture.key
            columns[f"{kind}_static_key"] = picture.static_key
            if picture.key is None:
                columns[f"{kind}_description"] = ""
    if change.attribution_domains is not UNSET:
        columns["attribution_domains"] = _domains(change.attribution_domains)
    if change.note is not UNSET:
        columns["note"] = change.note.strip()
        columns["note_html"] = await _html(conn, columns["note"], settings, addresses)
    if change.fields is not UNSET:
        columns["fields"] = await _fields(conn, change.fields, before.fields, settings, addresses)
    changed = {name: value for name, value in columns.items() if value != _as_stored(getattr(before, name))}
    if changed:
        await store.change(conn, account_id, **changed)
        await events.record(conn, events.AccountUpdated(account_id))


def check(change: Change, settings: Settings) -> None:
    """Raise Invalid with everything in *change* that does not fit."""
    wrong: dict[str, list[Problem]] = {}

    def limit(name: str, value: str | UnsetType, most: int) -> None:
        if value is UNSET:
            return
        if len(value) > _MOST_CODE_POINTS or text.count_characters(value) > most:
            wrong[name] = [Problem("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")]

    limit("display_name", change.display_name, MAX_DISPLAY_NAME)
    limit("note", change.note, MAX_NOTE)
    limit("avatar_description", change.avatar_description, MAX_DESCRIPTION)
    limit("header_description", change.header_description, MAX_DESCRIPTION)
    if change.fields is not UNSET:
        wrong |= _field_problems(change.fields, settings.max_profile_fields)
    if change.attribution_domains is not UNSET:
        wrong |= _domain_problems(change.attribution_domains)
    if wrong:
        raise Invalid(wrong)


def _field_problems(fields: Sequence[FieldChange], most: int) -> dict[str, list[Problem]]:
    used = [field for field in fields if field.name.strip() or field.value.strip()]
    problems = []
    if len(used) > most:
        problems.append(Problem("ERR_TOO_LONG", f"has too many entries (maximum is {most})"))
    if any(len(field.name) > MAX_FIELD_NAME for field in used):
        problems.append(
            Problem(
                "ERR_TOO_LONG", f"has a label that is too long (maximum is {MAX_FIELD_NAME} characters)"
            )
        )
    if any(len(field.value) > MAX_FIELD_VALUE for field in used):
        problems.append(
            Problem(
                "ERR_TOO_LONG", f"has a value that is too long (maximum is {MAX_FIELD_VALUE} characters)"
            )
        )
    if any(not field.name.strip() for field in used):
        problems.append(Problem("ERR_BLANK", "has a value without a label"))
    return {"fields": problems} if problems else {}


def _domain_problems(domains: Sequence[str]) -> dict[str, list[Problem]]:
    cleaned = _domains(domains)
    if len(cleaned) > MAX_ATTRIBUTION_DOMAINS:
        problem = Problem("ERR_TOO_LONG", f"has too many entries (maximum is {MAX_ATTRIBUTION_DOMAINS})")
        return {"attribution_domains": [problem]}
    if any(len(domain) > 253 or not _DOMAIN.fullmatch(domain) for domain in cleaned):
        return {"attribution_domains": [Problem("ERR_INVALID", "has an entry that is not a domain")]}
    return {}


def _domains(domains: Iterable[str]) -> list[str]:
    """*domains* as typed or pasted: without scheme, without `*.`, in lower case, each once."""
    bare = (
        domain.strip()
        .lower()
        .removeprefix("https://")
        .removeprefix("http://")
        .removeprefix("*.")
        .rstrip("/")
        for domain in domains
    )
    return list(dict.fromkeys(domain for domain in bare if domain))


async def _fields(
    conn: Connection,
    fields: Sequence[FieldChange],
    before: Sequence[Field],
    settings: Settings,
    addresses: Addresses,
) -> list[dict[str, Any]]:
    verified = {(field.name, field.value): field.verified_at for field in before}
    made = []
    for field in fields:
        name, value = field.name.strip(), field.value.strip()
        if not name and not value:
            continue
        html = await _html(conn, value, settings, addresses)
        single = _PARAGRAPH.fullmatch(html)
        # `me` claims the linked page as one's own; it counts once that page links back.
        html = (single[1] if single else html).replace(
            'rel="nofollow noopener', 'rel="me nofollow noopener'
        )
        made.append(msgspec.to_builtins(Field(name, value, html, verified_at=verified.get((name, value)))))
    return made


async def _html(conn: Connection, source: str, settings: Settings, addresses: Addresses) -> str:
    handles = text.find_mentions(source, "text/plain")
    mentions: dict[str, text.Mention] = {}
    if handles:
        wanted = {handle: _key(handle, settings.domain) for handle in handles}
        rows = await conn.all(
            _named,
            names=sorted({name for name, _ in wanted.values()}),
            domains=sorted({domain for _, domain in wanted.values()}),
        )
        found = {(row.username_key, row.domain): row for row in rows}
        for handle, key in wanted.items():
            if row := found.get(key):
                acct = f"{row.username}@{row.domain}" if row.domain else row.username
                mentions[handle] = text.Mention(acct=acct, username=row.username, url=row.url)
    rendered = text.render(
        source, "text/plain", mentions=mentions, tag_url=addresses.tag, local_domain=settings.domain
    )
    return rendered.html


def _key(handle: str, local_domain: str) -> tuple[str, str]:
    username, _, domain = handle.lower().partition("@")
    return username, "" if domain == local_domain else domain


def _as_stored(value: Any) -> Any:
    return list(msgspec.to_builtins(value)) if isinstance(value, tuple) else value
