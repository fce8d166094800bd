"""Signing in and out with a browser."""

from __future__ import annotations

from collections.abc import Mapping

from itsdangerous import BadSignature, TimestampSigner

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import second_factor, sessions, users
from stoa.core.auth.sign_in import MayNotYet, WrongPassword, sign_in
from stoa.core.auth.throttle import throttles
from stoa.core.errors import NotFound, TooMany
from stoa.core.house import House
from stoa.locales.speaking import gettext, gettext_noop
from stoa.web.forms import form_token, signed_form, text_of
from stoa.web.pages import Page
from stoa.web.session import (
    Viewer,
    cookie_header,
    forget_header,
    local_path,
    to_sign_in,
    viewer_of,
)
from stoa.web.templating import page

PRIVATE = {"cache-control": "private, no-store"}
"""For pages with a form for visitors: nobody keeps them."""

CODE_SECONDS = 10 * 60

_NOTICES = {
    "reset": gettext_noop("Your password is changed. Sign in with the new one."),
    "confirmed": gettext_noop("Your e-mail is confirmed. Sign in, and you are there."),
    "out": gettext_noop("You are signed out."),
}


async def show(request: Request, house: House) -> Response:
    """The form; also for somebody who is signed in and wants to be somebody else."""
    viewer = await viewer_of(request, house)
    asked = request.query.get("next")
    notice = _NOTICES.get(str(request.query.get("done")), "")
    return sign_in_form(
        request, house, viewer, next_=asked if isinstance(asked, str) else "/", notice=notice
    )


async def enter(request: Request, house: House) -> Response:
    """To where they wanted to go, with a session; or the form again, saying why not."""
    viewer = await viewer_of(request, house)
    form = await signed_form(request, house, viewer)
    email, next_ = text_of(form, "email"), text_of(form, "next")
    try:
        user = await sign_in(
            house.db,
            email,
            text_of(form, "password"),
            ip=request.client_ip,
            throttled=house.settings.rate_limits == "on",
        )
    except (WrongPassword, MayNotYet, TooMany) as refusal:
        return sign_in_form(
            request,
            house,
            viewer,
            next_=next_,
            email=email,
            message=str(refusal),
            status=429 if isinstance(refusal, TooMany) else 422,
        )
    async with house.db.read() as conn:
        asked_for_more = await second_factor.is_on(conn, user.account_id)
    if asked_for_more:
        ticket = _signer(house).sign(str(user.account_id)).decode()
        return _code_form(request, house, viewer, ticket=ticket, next_=next_)
    headers = await begin_session(request, house, user.account_id, viewer)
    return responses.redirect(local_path(next_), 303, headers)


async def enter_code(request: Request, house: House) -> Response:
    """POST /sign-in/code: the second proof, with the ticket that the first one earned."""
    viewer = await viewer_of(request, house)
    form = await signed_form(request, house, viewer)
    ticket, next_ = text_of(form, "ticket", most=200), text_of(form, "next")
    try:
        account_id = int(_signer(house).unsign(ticket.encode("utf-8", "replace"), max_age=CODE_SECONDS))
    except (BadSignature, ValueError):
        message = gettext("That took too long. Please begin once more.")
        return sign_in_form(request, house, viewer, next_=next_, message=message, status=422)
    counter, key = throttles(house.db).second_proofs, str(account_id)
    try:
        if house.settings.rate_limits == "on":
            counter.use(key)
        async with house.db.write() as conn:
            if not (await users.get(conn, account_id)).may_act:
                raise NotFound
            await second_factor.verify(conn, account_id, text_of(form, "code", most=100))
    except (second_factor.WrongCode, TooMany) as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        return _code_form(
            request, house, viewer, ticket=ticket, next_=next_, message=str(refusal), status=status
        )
    counter.forget(key)
    headers = await begin_session(request, house, account_id, viewer)
    return responses.redirect(local_path(next_), 303, headers)


def _signer(house: House) -> TimestampSigner:
    return TimestampSigner(house.signing_key, salt="stoa.web.second_proof")


def _code_form(
    request: Request,
    house: House,
    viewer: Viewer | None,
    *,
    ticket: str,
    next_: str,
    message: str = "",
    status: int = 200,
) -> Response:
    return page(
        request,
        house,
        "auth/second.html",
        viewer=viewer,
        status=status,
        headers=PRIVATE,
        form_token=form_token(house, viewer),
        ticket=ticket,
        next=local_path(next_),
        message=message,
    )


async def begin_session(
    request: Request, house: House, account_id: int, before: Viewer | None
) -> Mapping[str, str]:
    """A new session for *account_id*, and the header that hands it over; the one *before* ends.

    A cookie that somebody else may have planted is thus never the one a member is known by.
    """
    async with house.db.write() as conn:
        if before is not None:
            await sessions.end(conn, before.account_id, before.key)
        cookie = await sessions.open_session(
            conn, account_id, ip=request.client_ip, user_agent=request.header("user-agent") or ""
        )
    return cookie_header(house, cookie)


async def ask_out(request: Request, house: House) -> Response:
    """The question whether to sign out."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        return responses.redirect("/")
    return page(request, house, "auth/sign_out.html", viewer=viewer)


async def leave(request: Request, house: House) -> Response:
    """To the sign-in page, without a session."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        return responses.redirect("/sign-in", 303, forget_header(house))
    await signed_form(request, house, viewer)
    async with house.db.write() as conn:
        await sessions.end(conn, viewer.account_id, viewer.key)
    return responses.redirect("/sign-in?done=out", 303, forget_header(house))


async def from_mastodon(request: Request, house: House) -> Response:
    """To our page, for apps and people who know the address Mastodon has."""
    return to_sign_in("/")


def sign_in_form(
    request: Request,
    house: House,
    viewer: Viewer | None,
    *,
    next_: str,
    email: str = "",
    message: str = "",
    notice: str = "",
    status: int = 200,
) -> Response:
    """The page to sign in, saying what went wrong (*message*) or well (*notice*)."""
    return page(
        request,
        house,
        "auth/sign_in.html",
        viewer=viewer,
        scripts=True,
        status=status,
        headers=PRIVATE,
        form_token=form_token(house, viewer),
        next=local_path(next_),
        email=email[:254],
        message=message,
        notice=notice,
    )


PAGES: list[Page] = [
    ("GET", "/sign-in", show),
    ("POST", "/sign-in", enter),
    ("POST", "/sign-in/code", enter_code),
    ("GET", "/auth/sign_in", from_mastodon),
    ("GET", "/sign-out", ask_out),
    ("POST", "/sign-out", leave),
]
