"""Two-factor authentication: turned on with an app for codes, and off with the password."""

from __future__ import annotations

import segno
from markupsafe import Markup

from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import second_factor, users
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
    """GET /settings/two-factor."""
    return await _form(request, house, await member(request, house))


async def change(request: Request, house: House) -> Response:
    """POST /settings/two-factor: `begin` and `end`, both with the `password`; `confirm` with a `code`."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    deed = text_of(form, "do", most=20)
    codes: list[str] = []
    try:
        if deed == "confirm":
            codes = await _confirm(house, viewer, text_of(form, "code", most=40))
        elif deed in ("begin", "end"):
            await _prove(request, house, viewer, text_of(form, "password"))
            async with house.db.write() as conn:
                if deed == "begin":
                    await second_factor.offer(conn, viewer.account_id)
                else:
                    await second_factor.turn_off(conn, viewer.account_id)
    except WrongPassword:
        return await _form(request, house, viewer, errors={"password": "is wrong"}, status=422)
    except TooMany as refusal:
        return await _form(request, house, viewer, message=str(refusal), status=429)
    except Unprocessable as refusal:
        return await _form(request, house, viewer, message=str(refusal), status=422)
    return await _form(request, house, viewer, codes=codes)


async def _confirm(house: House, viewer: Viewer, code: str) -> list[str]:
    if house.settings.rate_limits == "on":
        throttles(house.db).second_proofs.use(str(viewer.account_id))
    async with house.db.write() as conn:
        return await second_factor.confirm(conn, viewer.account_id, code)


async def _prove(request: Request, house: House, viewer: Viewer, password: str) -> None:
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    throttled = house.settings.rate_limits == "on"
    await confirm_password(house.db, user, password, ip=request.client_ip, throttled=throttled)


def _square(address: str) -> Markup:
    """*address* as a QR code (SVG), dark on light in every theme: cameras want it so."""
    drawn = segno.make_qr(address, error="m").svg_inline(
        dark="#000", light="#fff", omitsize=True, svgclass=None
    )
    return Markup(drawn)  # noqa: S704  drawn here


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    *,
    errors: dict[str, str] | None = None,
    message: str = "",
    codes: list[str] | None = None,
    status: int = 200,
) -> Response:
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
        on = await second_factor.is_on(conn, viewer.account_id)
        offered = await second_factor.offered(conn, viewer.account_id)
        left = await second_factor.left(conn, viewer.account_id)
    account = f"{viewer.username}@{house.settings.domain}"
    address = second_factor.address(offered, account, house.settings.title) if offered else ""
    return page(
        request,
        house,
        "settings/two_factor.html",
        viewer=viewer,
        status=status,
        email=user.email,
        on=on,
        secret=offered,
        address=address,
        square=_square(address) if address else "",
        left=left,
        codes=codes or [],
        errors=errors or {},
        message=message,
        notice=gettext("Two-factor authentication is on.") if codes else "",
    )


PAGES: list[Page] = [("GET", "/settings/two-factor", show), ("POST", "/settings/two-factor", change)]
