"""The e-mail address one signs in with: another one, after a letter to it."""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import address, users
from stoa.core.auth.sign_in import WrongPassword, confirm_password
from stoa.core.auth.throttle import throttles
from stoa.core.errors import TooMany, Unprocessable
from stoa.core.house import House
from stoa.locales.speaking import gettext
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page


async def show(request: Request, house: House) -> Response:
    """GET /settings/email."""
    viewer = await member(request, house)
    notice = gettext("This is your address now.") if "done" in request.query else ""
    return await _form(request, house, viewer, notice=notice)


async def ask(request: Request, house: House) -> Response:
    """POST /settings/email: a letter to the new `email`, where the `password` is right."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    email = text_of(form, "email", most=400)
    throttled = house.settings.rate_limits == "on"
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    try:
        await confirm_password(
            house.db, user, text_of(form, "password"), ip=request.client_ip, throttled=throttled
        )
        if throttled:
            throttles(house.db).letters_of_account.use(f"change:{viewer.account_id}")
        async with house.db.write() as conn:
            await address.ask(conn, viewer.account_id, email, house.settings)
    except WrongPassword:
        return await _form(request, house, viewer, email=email, errors={"password": "is wrong"}, status=422)
    except TooMany as refusal:
        return await _form(request, house, viewer, email=email, message=str(refusal), status=429)
    except Unprocessable as refusal:
        return await _form(request, house, viewer, email=email, message=str(refusal), status=422)
    said = gettext("A letter is on its way to your new address. Follow the link in it.")
    return await _form(request, house, viewer, notice=said)


async def show_confirm(request: Request, house: House) -> Response:
    """GET /settings/email/confirm: a button, since programs that read letters follow links."""
    viewer = await member(request, house)
    token = request.query.get("token")
    return page(
        request,
        house,
        "settings/email_confirm.html",
        viewer=viewer,
        token=token[:200] if isinstance(token, str) else "",
    )


async def confirm(request: Request, house: House) -> Response:
    """POST /settings/email/confirm."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    try:
        async with house.db.write() as conn:
            done = await address.confirm(conn, viewer.account_id, text_of(form, "token", most=200))
    except Unprocessable as refusal:
        return await _form(request, house, viewer, message=str(refusal), status=422)
    if not done:
        message = gettext("This link does not hold any more, or it is somebody else's.")
        return await _form(request, house, viewer, message=message, status=422)
    return responses.redirect("/settings/email?done=1", 303)


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    *,
    email: str = "",
    errors: dict[str, str] | None = None,
    message: str = "",
    notice: str = "",
    status: int = 200,
) -> Response:
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    return page(
        request,
        house,
        "settings/email.html",
        viewer=viewer,
        status=status,
        present=user.email,
        email=email,
        errors=errors or {},
        message=message.removeprefix("Validation failed: "),
        notice=notice,
    )


PAGES: list[Page] = [
    ("GET", "/settings/email", show),
    ("POST", "/settings/email", ask),
    ("GET", "/settings/email/confirm", show_confirm),
    ("POST", "/settings/email/confirm", confirm),
]
