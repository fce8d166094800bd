"""The pages: all their routes, and the page that says what went wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from stoa.asgi.errors import HTTPError
from stoa.asgi.kept import Kept
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Route
from stoa.core import errors
from stoa.core.house import House
from stoa.core.notifications import views as notifications
from stoa.locales.speaking import gettext, gettext_noop
from stoa.web import assets, templating
from stoa.web.pages import (
    Page,
    about,
    apart,
    author_translations,
    authorize,
    collection,
    deeds,
    desk,
    drafted,
    edit_profile,
    email,
    explore,
    fading,
    feeds,
    files,
    filters,
    hearing,
    history,
    install,
    interact,
    leaving,
    liking,
    lists,
    messages,
    moving,
    notices,
    oauth,
    own_posts,
    passkeys,
    password,
    post,
    profile,
    proxied,
    reading,
    repliers,
    report,
    saved,
    search,
    security,
    series,
    series_edit,
    sign_in,
    sign_up,
    timelines,
    transfers,
    translation,
    two_factor,
    warnings,
    write,
    year,
)
from stoa.web.session import speak_to, to_sign_in, viewer_of

PAGES: list[Page] = [
    *about.PAGES,
    *apart.PAGES,
    *author_translations.PAGES,
    *authorize.PAGES,
    *collection.PAGES,
    *deeds.PAGES,
    *desk.PAGES,
    *drafted.PAGES,
    *edit_profile.PAGES,
    *email.PAGES,
    *explore.PAGES,
    *fading.PAGES,
    *feeds.PAGES,
    *filters.PAGES,
    *hearing.PAGES,
    *history.PAGES,
    *install.PAGES,
    *interact.PAGES,
    *leaving.PAGES,
    *liking.PAGES,
    *lists.PAGES,
    *messages.PAGES,
    *moving.PAGES,
    *notices.PAGES,
    *oauth.PAGES,
    *own_posts.PAGES,
    *password.PAGES,
    *post.PAGES,
    *passkeys.PAGES,
    *profile.PAGES,
    *reading.PAGES,
    *repliers.PAGES,
    *report.PAGES,
    *saved.PAGES,
    *search.PAGES,
    *security.PAGES,
    *series.PAGES,
    *series_edit.PAGES,
    *sign_in.PAGES,
    *sign_up.PAGES,
    *timelines.PAGES,
    *transfers.PAGES,
    *two_factor.PAGES,
    *translation.PAGES,
    *warnings.PAGES,
    *write.PAGES,
    *year.PAGES,
]
FILES: list[Page] = [*files.PAGES, *proxied.PAGES]

_HEADINGS = {
    400: gettext_noop("That request makes no sense to us"),
    401: gettext_noop("Please sign in first"),
    403: gettext_noop("You may not do that"),
    404: gettext_noop("There is nothing here"),
    405: gettext_noop("That is not how this page works"),
    410: gettext_noop("This is gone"),
    413: gettext_noop("That is too large"),
    422: gettext_noop("That could not be done"),
    429: gettext_noop("Too many requests"),
    500: gettext_noop("Something went wrong here"),
    503: gettext_noop("Not just now"),
}
_ENDS = (".", "?", "!", "。", "؟")
_NOT_FOUND = gettext_noop(
    "No page has this address. The post may have been deleted, or it is not for everyone to see; "
    "if you have an account here, signing in may help."
)


def routes(house: House) -> list[Route]:
    """Every page, bound to *house*."""
    kept = Kept()
    bound = [Route(method, path, _guarded(house, _page(handler, kept))) for method, path, handler in PAGES]
    media = [Route(method, path, _guarded(house, handler)) for method, path, handler in FILES]
    return [*bound, *media, Route("GET", "/static/{name}", assets.serve)]


Handler = Callable[[Request, House], Awaitable[Response]]


def _guarded(house: House, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        speak_to(request, None)
        try:
            return await handler(request, house)
        except errors.NotFound as refusal:
            raise HTTPError(404, "Not found") from refusal
        except errors.Forbidden as refusal:
            raise HTTPError(403, str(refusal) or "You may not do that.") from refusal
        except errors.Unprocessable as refusal:
            raise HTTPError(422, str(refusal)) from refusal
        except errors.TooMany as refusal:
            raise HTTPError(429, str(refusal) or "Please wait a little and try again.") from refusal

    return run


async def _count_news(request: Request, house: House) -> None:
    """Note for the head of a member's page how many notifications they have not seen."""
    viewer = await viewer_of(request, house)
    if viewer is not None:
        async with house.db.read() as conn:
            request.state[templating.NEWS] = await notifications.unread_count(
                conn, viewer.account_id, templating.MOST_NEWS
            )


def _page(handler: Handler, kept: Kept) -> Handler:
    """*handler* with what all pages have: the news of members, and for visitors the page made a
    moment ago, where it is one that everybody may keep and nothing has changed since."""

    async def show(request: Request, house: House) -> Response:
        if request.method not in ("GET", "HEAD"):
            return await handler(request, house)
        if request.header("cookie"):
            await _count_news(request, house)
            return await handler(request, house)
        version = house.db.version()
        key = (
            request.path,
            request.query_string,
            request.header("accept"),
            request.header("accept-language"),
            request.header("if-none-match"),
        )
        found = kept.get(version, key)
        if found is None:
            found = await handler(request, house)
            if (b"cache-control", templating.FOR_VISITORS.encode()) in found.raw_headers:
                kept.put(version, key, found)
        return found

    return show


def error_page(house: House) -> Callable[[Request, HTTPError], Awaitable[Response]]:
    """The page that says what went wrong."""
    return partial(_show_error, house)


async def _show_error(house: House, request: Request, error: HTTPError) -> Response:
    # Where the database is what failed, the page must not ask it who is looking.
    viewer = None if error.status >= 500 else await viewer_of(request, house)
    speak_to(request, viewer)
    if error.status == 401 and viewer is None and request.method == "GET":
        return to_sign_in(templating.here(request))
    sentence = gettext(_NOT_FOUND if error.status == 404 else error.message)
    return templating.page(
        request,
        house,
        "error.html",
        viewer=viewer,
        status=error.status,
        headers=error.headers,
        heading=gettext(_HEADINGS.get(error.status, gettext_noop("That did not work"))),
        sentence=sentence if sentence.endswith(_ENDS) else f"{sentence}.",
        request_id=error.extra.get("request_id"),
    )
