"""One's own account: reading it, changing profile and preferences.

Mastodon: methods/accounts (verify_credentials, update_credentials), methods/profile, methods/preferences.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import orjson
from msgspec import UNSET, UnsetType

from stoa.api import rendered
from stoa.api.entities import credentials as entities
from stoa.api.routing import Call, route
from stoa.asgi import responses
from stoa.asgi.requests import MIB, Upload
from stoa.asgi.responses import Response
from stoa.core.accounts import profile, views
from stoa.core.accounts.profile import Change, FieldChange, Picture
from stoa.core.auth import credentials
from stoa.core.auth.credentials import PreferenceChange
from stoa.core.auth.model import QuotePolicy
from stoa.core.house import House
from stoa.core.media import portraits
from stoa.core.media.model import Limits
from stoa.db import Connection


class _Source(msgspec.Struct):
    privacy: Literal["public", "unlisted", "private"] | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET
    language: str | UnsetType = UNSET
    quote_policy: QuotePolicy | UnsetType = UNSET


class _Update(msgspec.Struct):
    display_name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    avatar: Upload | None = None
    avatar_description: str | UnsetType = UNSET
    header: Upload | None = None
    header_description: str | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    bot: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET
    indexable: bool | UnsetType = UNSET
    hide_collections: bool | UnsetType = UNSET
    show_media: bool | UnsetType = UNSET
    show_media_replies: bool | UnsetType = UNSET
    show_featured: bool | UnsetType = UNSET
    attribution_domains: list[str] | UnsetType = UNSET
    fields_attributes: list[FieldChange] | UnsetType = UNSET
    source: _Source | UnsetType = UNSET


async def verify_credentials(call: Call) -> Response:
    """CredentialAccount of whoever asks."""
    async with call.house.db.read() as conn:
        return responses.json_bytes(await _own(conn, call))


async def update_credentials(call: Call) -> Response:
    """CredentialAccount, after the change."""
    await _update(call)
    return await verify_credentials(call)


async def show_profile(call: Call) -> Response:
    """Profile of whoever asks."""
    async with call.house.db.read() as conn:
        account = await views.get(conn, call.me)
    return responses.json(entities.profile(account, call.house.addresses))


async def update_profile(call: Call) -> Response:
    """Profile, after the change."""
    await _update(call)
    return await show_profile(call)


async def delete_avatar(call: Call) -> Response:
    """CredentialAccount, without its avatar."""
    return await _change(call, Change(avatar=Picture(None, None)))


async def delete_header(call: Call) -> Response:
    """CredentialAccount, without its header."""
    return await _change(call, Change(header=Picture(None, None)))


async def preferences(call: Call) -> Response:
    """Preferences of whoever asks."""
    async with call.house.db.read() as conn:
        own = await credentials.load(conn, call.me)
    return responses.json(entities.preferences(own))


async def _change(call: Call, change: Change) -> Response:
    house = call.house
    async with house.db.write() as conn:
        await profile.update(conn, call.me, change, house.settings, house.addresses)
        return responses.json_bytes(await _own(conn, call))


async def _update(call: Call) -> None:
    house = call.house
    asked = await call.args(_Update, upload_limit=2 * house.settings.max_picture_bytes + MIB)
    change = Change(
        display_name=asked.display_name,
        note=asked.note,
        avatar_description=asked.avatar_description,
        header_description=asked.header_description,
        locked=asked.locked,
        bot=asked.bot,
        discoverable=asked.discoverable,
        indexable=asked.indexable,
        hide_collections=asked.hide_collections,
        show_media=asked.show_media,
        show_media_replies=asked.show_media_replies,
        show_featured=asked.show_featured,
        attribution_domains=asked.attribution_domains,
        fields=asked.fields_attributes,
    )
    # Before the pictures: what cannot be stored anyway need not be decoded.
    profile.check(change, house.settings)
    change = await _with_pictures(house, change, asked.avatar, asked.header)
    async with house.db.write() as conn:
        await profile.update(conn, call.me, change, house.settings, house.addresses)
        if asked.source is not UNSET:
            await credentials.prefer(
                conn,
                call.me,
                PreferenceChange(
                    visibility=asked.source.privacy,
                    sensitive=asked.source.sensitive,
                    language=asked.source.language,
                    quote_policy=asked.source.quote_policy,
                ),
            )


async def _with_pictures(
    house: House, change: Change, avatar: Upload | None, header: Upload | None
) -> Change:
    limits = Limits(
        max_bytes=house.settings.max_picture_bytes, max_pixels=house.settings.max_picture_pixels
    )
    if avatar is not None:
        made = await portraits.store("avatar", avatar.path, house.storage, limits)
        change = msgspec.structs.replace(change, avatar=made)
    if header is not None:
        made = await portraits.store("header", header.path, house.storage, limits)
        change = msgspec.structs.replace(change, header=made)
    return change


async def _own(conn: Connection, call: Call) -> bytes:
    account = await rendered.account(conn, call.house, call.me, call.me)
    own = await credentials.load(conn, call.me)
    return account[:-1] + b"," + orjson.dumps(entities.private_part(own))[1:]


ROUTES = [
    route(
        "GET",
        "/api/v1/accounts/verify_credentials",
        verify_credentials,
        scopes="read:accounts profile",
        kept=True,
    ),
    route("PATCH", "/api/v1/accounts/update_credentials", update_credentials, scopes="write:accounts"),
    route("GET", "/api/v1/profile", show_profile, scopes="read:accounts profile"),
    route("PATCH", "/api/v1/profile", update_profile, scopes="write:accounts"),
    route("DELETE", "/api/v1/profile/avatar", delete_avatar, scopes="write:accounts"),
    route("DELETE", "/api/v1/profile/header", delete_header, scopes="write:accounts"),
    route("GET", "/api/v1/preferences", preferences, scopes="read:accounts"),
]
