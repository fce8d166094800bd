"""The job that tells one app of one notification, through the push service that the app named.

A service that does not know the app any more has said so for good: the subscription ends.  One that does
not answer is tried again for some hours; what is older than a message is kept there is not sent at all.
"""

from __future__ import annotations

import logging
import time
from typing import Any, NamedTuple

from stoa import ids
from stoa.core.accounts import views as account_views
from stoa.core.auth import tokens, users
from stoa.core.errors import NotFound
from stoa.core.notifications import views as notifications
from stoa.core.push import encryption, messages, subscribe, tell, vapid
from stoa.core.push.model import Subscription
from stoa.core.statuses import views as status_views
from stoa.db import Connection, Database
from stoa.http_client import HttpClient, NotFetched, Refused
from stoa.ids import Addresses
from stoa.locales import speaking
from stoa.settings import Settings

KEPT_SECONDS = 2 * 24 * 3600
POST_SECONDS = 10.0
FIRST_RETRY_MS = 15_000
MAX_TRIES = 7
MAX_PAUSE_MS = 4 * 3600 * 1000

_LATER = frozenset((408, 425, 429))
_TOO_LARGE = 413

log = logging.getLogger("stoa.push")


class Sender(NamedTuple):
    """Who sends, and by which way out."""

    settings: Settings
    addresses: Addresses
    signing_key: str
    push_key: str
    http: HttpClient


async def send(db: Database, sender: Sender, payload: Any) -> None:
    """Job: the app of {subscription} is told of {notification}."""
    async with db.read() as conn:
        try:
            subscription, message, seconds = await _message(conn, sender, payload)
        except NotFound:
            return
    body, headers = _sealed(sender, subscription, message)
    headers |= {
        "Content-Type": "application/octet-stream",
        "TTL": str(seconds),
        # What people say and do is of this one (RFC 8030, section 5.3), as from Mastodon.
        "Urgency": "normal",
        # Whatever reached the service twice, because its answer was lost, reaches the app once (5.4).
        "Topic": encryption.to_base64(payload["notification"].to_bytes(8, "big")),
    }
    try:
        answer = await sender.http.post(subscription.endpoint, body, headers, deadline=POST_SECONDS)
    except Refused as refused:
        log.info("push to %s ends: %s", subscription.endpoint, refused.reason)
        await _end(db, subscription)
        return
    except NotFetched as failure:
        log.info("push to %s put off: %s", subscription.endpoint, failure.reason)
        await _again(db, payload, 0)
        return
    if answer.status >= 500 or answer.status in _LATER:
        said = answer.headers.get("retry-after", "")
        await _again(db, payload, int(said[:6]) * 1000 if said.isascii() and said.isdigit() else 0)
    elif 400 <= answer.status < 500 and answer.status != _TOO_LARGE:
        log.info("push to %s ends: the answer was %s", subscription.endpoint, answer.status)
        await _end(db, subscription)


async def _message(conn: Connection, by: Sender, payload: Any) -> tuple[Subscription, bytes, int]:
    """To whom, what, and for how many seconds it is news.  Raises NotFound where nothing is to be told
    any more.
    """
    subscription, token = await subscribe.get(conn, payload["subscription"], by.signing_key)
    told = await notifications.get(conn, payload["notification"], subscription.account_id)
    seconds = KEPT_SECONDS - max(0, ids.now_ms() - told.created_at) // 1000
    if seconds <= 0:
        raise NotFound
    if not await tokens.still_open(conn, [subscription.token_id]):
        raise NotFound
    sender = await account_views.get(conn, told.from_account_id)
    status = None if told.status_id is None else await status_views.get(conn, told.status_id)
    user = await users.get(conn, subscription.account_id)
    speaking.with_language(speaking.chosen([user.locale]) or speaking.ENGLISH)
    message = messages.write(told, sender, status, token=token, locale=user.locale, addresses=by.addresses)
    return subscription, message, seconds


def _sealed(by: Sender, to: Subscription, message: bytes) -> tuple[bytes, dict[str, str]]:
    app_key, secret = encryption.from_base64(to.app_key), encryption.from_base64(to.secret)
    email = by.settings.contact_email
    subject = f"mailto:{email}" if email else by.addresses.base
    if to.standard:
        return encryption.aes128gcm(message, app_key, secret), {
            "Content-Encoding": "aes128gcm",
            **vapid.headers(by.push_key, to.endpoint, subject, time.time()),
        }
    body, salt, own = encryption.aesgcm(message, app_key, secret)
    return body, {
        "Content-Encoding": "aesgcm",
        **vapid.draft_headers(by.push_key, to.endpoint, subject, time.time(), salt=salt, own=own),
    }


async def _again(db: Database, payload: Any, asked_ms: int) -> None:
    tries = payload["tries"] + 1
    if tries >= MAX_TRIES:
        return
    pause = min(max(FIRST_RETRY_MS * 4 ** (tries - 1), asked_ms), MAX_PAUSE_MS)
    async with db.write() as conn:
        await tell.send_later(
            conn, payload["subscription"], payload["notification"], tries=tries, run_at=ids.now_ms() + pause
        )


async def _end(db: Database, subscription: Subscription) -> None:
    async with db.write() as conn:
        await subscribe.remove(conn, subscription.id)
