"""What may act for a member: browsers signed in, apps let in; each can be sent away."""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import apps, sessions
from stoa.core.house import House
from stoa.locales.speaking import gettext
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.session import to_sign_in, viewer_of
from stoa.web.templating import page

# The first that is found names the browser: Edge and Opera also say Chrome, Chrome also says Safari.
_BROWSERS = {
    "Edg": "Edge", "OPR": "Opera", "Vivaldi": "Vivaldi", "Firefox": "Firefox", "Chrome": "Chrome",
    "CriOS": "Chrome", "FxiOS": "Firefox", "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


def browser_in_words(user_agent: str) -> str:
    """`Firefox on Linux`, or "A browser" where the user agent does not say."""
    name = next((words for sign, words in _BROWSERS.items() if sign in user_agent), gettext("A browser"))
    system = next((words for sign, words in _SYSTEMS.items() if sign in user_agent), "")
    return f"{name} on {system}" if system else name


async def show_sessions(request: Request, house: House) -> Response:
    """The browsers in which the member is signed in."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        return to_sign_in(request.path)
    async with house.db.read() as conn:
        opened = await sessions.list_sessions(conn, viewer.account_id)
    return page(
        request,
        house,
        "auth/sessions.html",
        viewer=viewer,
        sessions=[
            {
                "key": one.key,
                "ip": one.ip,
                "browser": browser_in_words(one.user_agent),
                "created_at": one.created_at,
                "last_used_at": one.last_used_at,
                "current": one.key == viewer.key,
            }
            for one in opened
        ],
    )


async def end_sessions(request: Request, house: House) -> Response:
    """To the list again, without the browser that was named, or without all the others."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        return to_sign_in(request.path)
    form = await signed_form(request, house, viewer)
    named = text_of(form, "session", most=100)
    async with house.db.write() as conn:
        if named == "others":
            await sessions.end_all(conn, viewer.account_id, keep=viewer.key)
        else:
            await sessions.end(conn, viewer.account_id, named)
    return responses.redirect("/settings/sessions", 303)


async def show_apps(request: Request, house: House) -> Response:
    """The apps that may act for the member, and what they may do."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        return to_sign_in(request.path)
    async with house.db.read() as conn:
        let_in = await apps.list_authorised(conn, viewer.account_id)
    return page(request, house, "auth/apps.html", viewer=viewer, apps=let_in)


async def end_app(request: Request, house: House) -> Response:
    """To the list again, without the app that was named."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        return to_sign_in(request.path)
    form = await signed_form(request, house, viewer)
    named = text_of(form, "app", most=18)
    if named.isascii() and named.isdigit():
        async with house.db.write() as conn:
            await apps.revoke(conn, viewer.account_id, int(named) or None)
    return responses.redirect("/settings/apps", 303)


PAGES: list[Page] = [
    ("GET", "/settings/sessions", show_sessions),
    ("POST", "/settings/sessions", end_sessions),
    ("GET", "/settings/apps", show_apps),
    ("POST", "/settings/apps", end_app),
]
