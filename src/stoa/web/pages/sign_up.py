"""Joining with a browser, and confirming the e-mail."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import letters, passwords, users
from stoa.core.auth.credentials import locale_of
from stoa.core.auth.register import Joining, check, register
from stoa.core.auth.throttle import network, throttles
from stoa.core.errors import Invalid
from stoa.core.house import House
from stoa.locales.speaking import ENGLISH, accepted, gettext, gettext_noop
from stoa.web import server
from stoa.web.forms import form_token, is_ticked, signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.sign_in import PRIVATE, begin_session
from stoa.web.session import viewer_of
from stoa.web.templating import page

_BLANK = Joining(username="", email="", password="", agreement=False)


async def show(request: Request, house: House) -> Response:
    """The form; `?invite=` fills in the code of an invitation."""
    if await viewer_of(request, house) is not None:
        return responses.redirect("/")
    invite = request.query.get("invite")
    return await _form(request, house, _BLANK, invite=invite if isinstance(invite, str) else "")


async def join(request: Request, house: House) -> Response:
    """The new member's home, or what they have to wait for; or the form again, saying what is wrong."""
    viewer = await viewer_of(request, house)
    form = await signed_form(request, house, viewer)
    if viewer is not None:
        return responses.redirect("/", 303)
    joining = Joining(
        username=text_of(form, "username").strip(),
        email=text_of(form, "email").strip(),
        password=text_of(form, "password"),
        agreement=is_ticked(form, "agreement"),
        locale=locale_of(next(iter(accepted(request.header("accept-language"))), ENGLISH)),
        reason=text_of(form, "reason").strip(),
        invite=text_of(form, "invite_code").strip(),
        ip=request.client_ip,
    )
    try:
        await check(house.db, joining, house.settings)
        if house.settings.rate_limits == "on":
            throttles(house.db).registrations.use(network(request.client_ip))
        password_hash = await passwords.hashed(joining.password)
        async with house.db.write() as conn:
            account_id = await register(conn, joining, password_hash, house.settings, house.addresses)
            user = await users.get(conn, account_id)
    except Invalid as refusal:
        errors = {field: problems[0].description for field, problems in refusal.details.items()}
        return await _form(request, house, joining, invite=joining.invite, errors=errors)
    if user.may_act:
        return responses.redirect("/", 303, await begin_session(request, house, account_id, None))
    if user.confirmed_at is None:
        sentence = gettext("We have sent you a letter. Follow the link in it to confirm your e-mail.")
        if not user.approved:
            sentence += " " + gettext("Somebody of the staff will then read your request.")
    else:
        sentence = gettext(
            "Somebody of the staff will read your request. You can sign in once it is approved."
        )
    return _said(request, house, gettext("Welcome, @%(name)s") % {"name": user.username}, sentence)


async def show_confirm(request: Request, house: House) -> Response:
    """The question the letter leads to: a button, since programs that read letters follow links."""
    token = request.query.get("token")
    return page(
        request,
        house,
        "auth/confirm.html",
        headers=PRIVATE,
        form_token=form_token(house, None),
        token=token[:200] if isinstance(token, str) else "",
    )


async def confirm(request: Request, house: House) -> Response:
    """To the sign-in page, the e-mail confirmed; or a page that says that the link is spent."""
    form = await signed_form(request, house, None)
    async with house.db.write() as conn:
        account_id = await letters.confirm(conn, text_of(form, "token", most=200))
        user = None if account_id is None else await users.get(conn, account_id)
    if user is None:
        return _said(
            request,
            house,
            gettext("This link does not hold any more"),
            gettext(
                "It was used already, or it is older than three days. "
                "If you confirmed your e-mail, sign in."
            ),
            status=422,
            link=("/sign-in", gettext("Sign in")),
        )
    if not user.approved:
        return _said(
            request,
            house,
            gettext("Thank you"),
            gettext("Your e-mail is confirmed. Somebody of the staff will now read your request."),
        )
    return responses.redirect("/sign-in?done=confirmed", 303)


async def from_mastodon(request: Request, house: House) -> Response:
    """To our page, from the address Mastodon has."""
    return responses.redirect("/sign-up")


async def _form(
    request: Request,
    house: House,
    joining: Joining,
    *,
    invite: str,
    errors: Mapping[str, str] | None = None,
) -> Response:
    async with house.db.read() as conn:
        house_rules = await server.rules(conn)
    return page(
        request,
        house,
        "auth/sign_up.html",
        status=422 if errors else 200,
        headers=PRIVATE,
        form_token=form_token(house, None),
        rules=house_rules,
        values=msgspec.structs.replace(joining, password=""),
        invite=invite[:100],
        errors=errors or {},
        message=gettext_noop("Something has to be put right before you can join.") if errors else "",
    )


def _said(
    request: Request,
    house: House,
    heading: str,
    sentence: str,
    *,
    status: int = 200,
    link: tuple[str, str] = ("", ""),
) -> Response:
    return page(
        request,
        house,
        "auth/said.html",
        status=status,
        headers=PRIVATE,
        heading=heading,
        sentence=sentence,
        link=link[0],
        link_text=link[1],
    )


PAGES: list[Page] = [
    ("GET", "/sign-up", show),
    ("POST", "/sign-up", join),
    ("GET", "/auth/sign_up", from_mastodon),
    ("GET", "/confirm", show_confirm),
    ("POST", "/confirm", confirm),
]
