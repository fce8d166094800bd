"""Who is looking at a page: the `stoa_session` cookie, read and written.

The cookie is HttpOnly and SameSite=Lax, and Secure where we are reached by https (a server on plain
http, on loopback, must stay usable).  Tokens of apps never
count here; in the API this cookie counts at `/live` alone, where a page hears that there is something new.
"""

from __future__ import annotations

from typing import TypeAlias
from urllib.parse import urlencode

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import sessions
from stoa.core.house import House
from stoa.locales.speaking import ENGLISH, accepted, chosen, with_language

Viewer: TypeAlias = sessions.Session
"""`account_id`, `username`, `display_name`, `role`, `locale` and the session's `key`."""

_SEEN = "viewer"


async def viewer_of(request: Request, house: House) -> Viewer | None:
    """Who looks at the page; None for visitors.  Asks the database once for each request."""
    if _SEEN in request.state:
        seen: Viewer | None = request.state[_SEEN]
        return seen
    viewer = await _viewer(request, house)
    request.state[_SEEN] = viewer
    speak_to(request, viewer)
    return viewer


def speak_to(request: Request, viewer: Viewer | None) -> None:
    """Speak the member's language, or else the one their browser asks for."""
    wishes = accepted(request.header("accept-language"))
    with_language(chosen(wishes if viewer is None else [viewer.locale, *wishes]) or ENGLISH)


async def _viewer(request: Request, house: House) -> Viewer | None:
    value = request.cookies.get(sessions.COOKIE)
    if not value or len(value) > sessions.MAX_COOKIE:
        return None
    async with house.db.read() as conn:
        viewer = await sessions.find(conn, value)
    now = ids.now_ms()
    if viewer is not None and sessions.is_due(viewer.last_used_at, now):
        async with house.db.write() as conn:
            await sessions.mark_used(conn, viewer.key, viewer.account_id, now)
    return viewer


def cookie_header(house: House, value: str) -> dict[str, str]:
    """The header that gives a browser its session."""
    return {"set-cookie": _cookie(house, value, sessions.UNUSED_MS // 1000)}


def forget_header(house: House) -> dict[str, str]:
    """The header that takes it back."""
    return {"set-cookie": _cookie(house, "", 0)}


def _cookie(house: House, value: str, seconds: int) -> str:
    secure = "; Secure" if house.settings.is_secure else ""
    return f"{sessions.COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def local_path(text: str) -> str:
    """*text* if it leads to a page of ours, else the front page: nobody is sent elsewhere by us.

    Browsers read `//evil.example` and `/\\evil.example` as other hosts.
    """
    if text[:1] != "/" or text[1:2] in ("/", "\\") or len(text) > 8_000:
        return "/"
    return "/" if any(char in "\\" or char <= " " or char == "\x7f" for char in text) else text


def to_sign_in(path: str) -> Response:
    """To the sign-in page, and from there back to *path*."""
    return responses.redirect(f"/sign-in?{urlencode({'next': path})}", 303)
