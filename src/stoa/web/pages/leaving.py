"""Leaving for good: a member deletes their account."""

from __future__ import annotations

from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import users
from stoa.core.auth.sign_in import WrongPassword, confirm_password
from stoa.core.errors import Forbidden, TooMany
from stoa.core.house import House
from stoa.core.moderation import erase
from stoa.locales.speaking import gettext
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.session import Viewer, forget_header
from stoa.web.templating import page


async def show(request: Request, house: House) -> Response:
    """GET /settings/delete."""
    return await _form(request, house, await member(request, house))


async def delete(request: Request, house: House) -> Response:
    """POST /settings/delete, with the `password`: gone, and the browser signed out."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    try:
        await confirm_password(
            house.db,
            user,
            text_of(form, "password"),
            ip=request.client_ip,
            throttled=house.settings.rate_limits == "on",
        )
        async with house.db.write() as conn:
            await erase.leave_for_good(conn, viewer.account_id)
    except WrongPassword:
        return await _form(request, house, viewer, errors={"password": "is wrong"})
    except (Forbidden, TooMany) as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        return await _form(request, house, viewer, problem=str(refusal), status=status)
    return page(
        request,
        house,
        "auth/said.html",
        viewer=None,
        headers=forget_header(house),
        heading=gettext("Your account is gone"),
        sentence=gettext(
            "What you wrote is being removed, here and on the servers that know you. "
            "Nobody else can have your name. Farewell."
        ),
        link="",
        link_text="",
    )


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    *,
    problem: str = "",
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    return page(
        request,
        house,
        "auth/delete.html",
        viewer=viewer,
        status=status if problem or errors else 200,
        email=user.email,
        problem=problem,
        errors=errors or {},
    )


PAGES: list[Page] = [("GET", "/settings/delete", show), ("POST", "/settings/delete", delete)]
