"""Passkeys: made and removed in the settings, and signed in with."""

from __future__ import annotations

from typing import Any

import msgspec

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import letters, passkeys, users
from stoa.core.auth.sign_in import MayNotYet, WrongPassword, confirm_password
from stoa.core.auth.throttle import network, throttles
from stoa.core.errors import TooMany, Unprocessable
from stoa.core.house import House
from stoa.locales.speaking import gettext
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.pages.security import browser_in_words
from stoa.web.pages.sign_in import PRIVATE, begin_session, sign_in_form
from stoa.web.session import Viewer, local_path, viewer_of
from stoa.web.templating import page

_NONE: tuple[str, dict[str, Any]] = ("", {})


async def show(request: Request, house: House) -> Response:
    """GET /settings/passkeys."""
    return await _form(request, house, await member(request, house))


async def change(request: Request, house: House) -> Response:
    """POST /settings/passkeys: `begin` with the `password`; `add` with `ticket`, `answer` and `name`;
    `remove` with `passkey`.
    """
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    deed = text_of(form, "do", most=20)
    begun, notice = _NONE, ""
    try:
        if deed == "begin":
            begun = await _begin(request, house, viewer, text_of(form, "password"))
        elif deed == "add":
            async with house.db.write() as conn:
                await passkeys.add(
                    conn,
                    _site(house),
                    viewer.account_id,
                    ticket=text_of(form, "ticket", most=500),
                    answer=text_of(form, "answer", most=passkeys.MAX_ANSWER + 1),
                    name=text_of(form, "name", most=1_000) or _name(request),
                )
                await letters.tell_of_passkey(conn, viewer.account_id)
            notice = gettext("The passkey is there. From now on you can sign in with it.")
        elif deed == "remove":
            async with house.db.write() as conn:
                await passkeys.remove(conn, viewer.account_id, number(text_of(form, "passkey", most=30)))
            return responses.redirect("/settings/passkeys", 303)
    except WrongPassword:
        return await _form(request, house, viewer, errors={"password": "is wrong"}, status=422)
    except TooMany as refusal:
        return await _form(request, house, viewer, message=str(refusal), status=429)
    except Unprocessable as refusal:
        return await _form(request, house, viewer, message=str(refusal), status=422)
    return await _form(request, house, viewer, begun=begun, notice=notice)


async def _begin(
    request: Request, house: House, viewer: Viewer, password: str
) -> tuple[str, dict[str, Any]]:
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    throttled = house.settings.rate_limits == "on"
    await confirm_password(house.db, user, password, ip=request.client_ip, throttled=throttled)
    async with house.db.read() as conn:
        return await passkeys.begin_adding(conn, _site(house), user)


def _site(house: House) -> passkeys.Site:
    return passkeys.Site(
        house.addresses.base, house.settings.title, house.settings.domain, house.signing_key
    )


def _name(request: Request) -> str:
    return browser_in_words(request.header("user-agent") or "")


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    *,
    begun: tuple[str, dict[str, Any]] = _NONE,
    errors: dict[str, str] | None = None,
    message: str = "",
    notice: str = "",
    status: int = 200,
) -> Response:
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
        there = await passkeys.of(conn, viewer.account_id)
    ticket, options = begun
    return page(
        request,
        house,
        "settings/passkeys.html",
        viewer=viewer,
        status=status,
        email=user.email,
        there=there,
        ticket=ticket,
        options=msgspec.json.encode(options).decode(),
        name=_name(request),
        errors=errors or {},
        message=message,
        notice=notice,
    )


async def ask(request: Request, house: House) -> Response:
    """GET /sign-in/passkey: what the browser is to ask for, and the ticket that comes back with it."""
    ticket, options = passkeys.begin_signing_in(_site(house))
    return responses.json({"ticket": ticket, "options": options}, headers=PRIVATE)


async def enter(request: Request, house: House) -> Response:
    """POST /sign-in/passkey: `ticket`, `answer`, `next`; to where they wanted to go, with a session."""
    viewer = await viewer_of(request, house)
    form = await signed_form(request, house, viewer)
    next_ = text_of(form, "next")
    counter, place = throttles(house.db).sign_ins_of_place, network(request.client_ip)
    throttled = house.settings.rate_limits == "on"
    try:
        if throttled:
            counter.check(place)
        async with house.db.write() as conn:
            user = await passkeys.sign_in(
                conn,
                _site(house),
                ticket=text_of(form, "ticket", most=500),
                answer=text_of(form, "answer", most=passkeys.MAX_ANSWER + 1),
            )
    except (passkeys.NoPasskey, MayNotYet, TooMany) as refusal:
        if throttled and isinstance(refusal, passkeys.NoPasskey):
            counter.count(place)
        status = 429 if isinstance(refusal, TooMany) else 422
        return sign_in_form(request, house, viewer, next_=next_, message=str(refusal), status=status)
    headers = await begin_session(request, house, user.account_id, viewer)
    return responses.redirect(local_path(next_), 303, headers)


PAGES: list[Page] = [
    ("GET", "/settings/passkeys", show),
    ("POST", "/settings/passkeys", change),
    ("GET", "/sign-in/passkey", ask),
    ("POST", "/sign-in/passkey", enter),
]
