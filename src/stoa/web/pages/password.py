"""Passwords: forgotten, chosen anew by a mailed link, changed."""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import letters, one_time, passwords, users
from stoa.core.auth.sign_in import WrongPassword, change_password, confirm_password
from stoa.core.auth.throttle import network, throttles
from stoa.core.errors import TooMany
from stoa.core.house import House
from stoa.locales.speaking import gettext
from stoa.web.forms import form_token, is_ticked, signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.sign_in import PRIVATE
from stoa.web.session import Viewer, to_sign_in, viewer_of
from stoa.web.templating import page


async def show_forgot(request: Request, house: House) -> Response:
    """The form that asks for the e-mail."""
    viewer = await viewer_of(request, house)
    return page(
        request,
        house,
        "auth/forgot.html",
        viewer=viewer,
        headers=PRIVATE,
        form_token=form_token(house, viewer),
    )


async def forgot(request: Request, house: House) -> Response:
    """The same page whether there is such an account or not, and in the same time."""
    viewer = await viewer_of(request, house)
    form = await signed_form(request, house, viewer)
    email = text_of(form, "email", most=300).strip().lower()
    limited = house.settings.rate_limits == "on"
    if limited:
        throttles(house.db).letters_of_place.use(network(request.client_ip))
    try:
        if limited:
            throttles(house.db).letters_of_account.use(email)
        async with house.db.write() as conn:
            await letters.offer_reset(conn, email)
    except TooMany:
        pass  # enough letters for one address; whoever asks need not know that it has any
    return page(
        request,
        house,
        "auth/said.html",
        viewer=viewer,
        headers=PRIVATE,
        heading=gettext("Look into your mail"),
        sentence=gettext(
            "If there is an account with this e-mail, a letter is on its way. Its link works for two hours."
        ),
        link="",
        link_text="",
    )


async def show_reset(request: Request, house: House) -> Response:
    """The form for the new password; whether the link holds is only seen when it is sent."""
    token = request.query.get("token")
    return _reset_form(request, house, token if isinstance(token, str) else "")


async def reset(request: Request, house: House) -> Response:
    """To the sign-in page; all browsers and apps are signed out, for any of them may be a thief's."""
    form = await signed_form(request, house, None)
    token, password = text_of(form, "token", most=200), text_of(form, "password")
    wrong = passwords.problems(password, minimum=house.settings.password_min_length)
    if wrong:
        return _reset_form(request, house, token, {"password": wrong[0].description})
    password_hash = await passwords.hashed(password)
    async with house.db.write() as conn:
        taken = await one_time.take(conn, token, "reset_password")
        if taken is not None:
            await change_password(conn, taken.account_id, password_hash, end_tokens=True)
            await letters.tell_of_change(conn, taken.account_id)
    if taken is None:
        return page(
            request,
            house,
            "auth/said.html",
            status=422,
            heading=gettext("This link does not hold any more"),
            sentence=gettext("It was used already, or it is older than two hours."),
            link="/password/forgot",
            link_text=gettext("Ask for another letter"),
        )
    return responses.redirect("/sign-in?done=reset", 303)


async def show_change(request: Request, house: House) -> Response:
    """The form for changing the password."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        return to_sign_in(request.path)
    return await _change_form(request, house, viewer)


async def change(request: Request, house: House) -> Response:
    """The form again, saying that it is done, or why not."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        return to_sign_in(request.path)
    form = await signed_form(request, house, viewer)
    password = text_of(form, "password")
    wrong = passwords.problems(password, minimum=house.settings.password_min_length)
    if wrong:
        return await _change_form(request, house, viewer, errors={"password": wrong[0].description})
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    try:
        await confirm_password(
            house.db,
            user,
            text_of(form, "current"),
            ip=request.client_ip,
            throttled=house.settings.rate_limits == "on",
        )
    except WrongPassword:
        return await _change_form(request, house, viewer, errors={"current": "is wrong"})
    except TooMany as refusal:
        return await _change_form(request, house, viewer, message=str(refusal), status=429)
    password_hash = await passwords.hashed(password)
    async with house.db.write() as conn:
        await change_password(
            conn,
            viewer.account_id,
            password_hash,
            keep_session=viewer.key,
            end_tokens=is_ticked(form, "end_tokens"),
        )
        await letters.tell_of_change(conn, viewer.account_id)
    return await _change_form(request, house, viewer, notice=gettext("Your password is changed."))


def _reset_form(
    request: Request, house: House, token: str, errors: dict[str, str] | None = None
) -> Response:
    return page(
        request,
        house,
        "auth/reset.html",
        status=422 if errors else 200,
        headers=PRIVATE,
        form_token=form_token(house, None),
        token=token[:200],
        errors=errors or {},
    )


async def _change_form(
    request: Request,
    house: House,
    viewer: Viewer,
    *,
    errors: dict[str, str] | None = None,
    message: str = "",
    notice: str = "",
    status: int = 422,
) -> Response:
    async with house.db.read() as conn:
        user = await users.get(conn, viewer.account_id)
    return page(
        request,
        house,
        "auth/password.html",
        viewer=viewer,
        status=status if errors or message else 200,
        email=user.email,
        errors=errors or {},
        message=message,
        notice=notice,
    )


PAGES: list[Page] = [
    ("GET", "/password/forgot", show_forgot),
    ("POST", "/password/forgot", forgot),
    ("GET", "/password/reset", show_reset),
    ("POST", "/password/reset", reset),
    ("GET", "/settings/password", show_change),
    ("POST", "/settings/password", change),
]
