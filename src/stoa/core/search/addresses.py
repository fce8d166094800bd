"""What is known to be at an address: a profile or a post."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import Text, bindparam, select

from stoa.core.accounts import views
from stoa.db import Connection, Query
from stoa.db.tables import accounts, statuses
from stoa.ids import Addresses

_account = Query(
    select(accounts.c.id).where(
        accounts.c.uri == bindparam("address", type_=Text), accounts.c.suspended_at.is_(None)
    )
)
_status = Query(select(statuses.c.id).where(statuses.c.uri == bindparam("address", type_=Text)))
_our_status = re.compile(r"/(?:@[^/]+|(?:ap/)?users/[^/]+/statuses)/([0-9]{1,18})(?:/activity)?")
_profile = re.compile(r"/(?:@|users/)([^/@]+)")


def is_elsewhere(text: str, addresses: Addresses) -> bool:
    """Whether *text* names one thing that may be on another server: an address, or a handle."""
    if any(one.isspace() for one in text):
        return False
    if is_address(text):
        return not text.startswith(addresses.base + "/")
    name, at, domain = text.removeprefix("@").partition("@")
    return bool(name and at and domain) and domain.lower() != urlsplit(addresses.base).netloc


def is_address(text: str) -> bool:
    """Whether *text* is one web address (or `web+ap://…`) and nothing else."""
    return text.startswith(("https://", "http://", "web+ap://")) and not any(one.isspace() for one in text)


async def find(
    conn: Connection, address: str, addresses: Addresses
) -> tuple[Literal["account", "status"], int] | None:
    """("account" or "status", id).  Whether the viewer may see it is asked elsewhere."""
    exact = address.replace("\0", "")
    if exact.startswith("web+ap://"):
        exact = "https://" + exact.removeprefix("web+ap://")
    # The ids of others are what they are, to the last character (`/?p=42`, `/notes/1/`).
    known = await _known(conn, exact)
    if known is not None:
        return known
    address = exact.partition("#")[0].partition("?")[0].rstrip("/")
    ours = address.startswith(addresses.base + "/")
    path = address.removeprefix(addresses.base)
    if ours and (match := _our_status.fullmatch(path)):
        return "status", int(match[1])
    known = await _known(conn, address) if address != exact and "?" not in exact else None
    if known is not None:
        return known
    acct = _acct(address)
    if acct is None:
        return None
    account_id = await views.find_by_acct(conn, acct, urlsplit(addresses.base).netloc)
    return None if account_id is None else ("account", account_id)


async def _known(conn: Connection, address: str) -> tuple[Literal["account", "status"], int] | None:
    status_id: int | None = await conn.scalar(_status, address=address)
    if status_id is not None:
        return "status", status_id
    account_id: int | None = await conn.scalar(_account, address=address)
    return None if account_id is None else ("account", account_id)


def _acct(address: str) -> str | None:
    """`carl@there.example` for an address that looks like the page of a profile."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    match = _profile.fullmatch(parts.path)
    return f"{match[1]}@{parts.netloc}" if match else None
