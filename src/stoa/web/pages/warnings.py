"""What the moderators did about a member, and what the member says to it: signed in, or by the link of the
letter, since whoever is suspended cannot sign in.
"""

from __future__ import annotations

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.auth import one_time
from stoa.core.errors import Invalid, NotFound
from stoa.core.house import House
from stoa.core.moderation import warnings
from stoa.db import Connection
from stoa.locales.speaking import gettext, gettext_noop
from stoa.web.forms import form_token, signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.sign_in import PRIVATE
from stoa.web.session import viewer_of
from stoa.web.templating import page

MAX_TOKEN = 200

WORDS = {
    "none": gettext_noop("The moderators wanted to tell you something"),
    "disable": gettext_noop("Your login was disabled"),
    "mark_statuses_as_sensitive": gettext_noop("Posts of yours were put behind a warning"),
    "delete_statuses": gettext_noop("Posts of yours were removed"),
    "sensitive": gettext_noop("Your pictures were put behind a warning"),
    "silence": gettext_noop("Your account was limited"),
    "suspend": gettext_noop("Your account was suspended"),
}


async def _whose(conn: Connection, warning_id: int, token: str, viewer_id: int | None) -> int:
    """The account that may read the warning.  Raises NotFound; HTTPError 401 without a link."""
    if token:
        given = await one_time.find(conn, token, "appeal")
        if given is None or given.value != str(warning_id):
            raise NotFound
        account_id: int = given.account_id
        return account_id
    if viewer_id is None:
        raise HTTPError(401, "This page is for members. Please sign in.")
    return viewer_id


async def show(request: Request, house: House) -> Response:
    """GET /disputes/strikes/{id}, with the `token` of the letter or signed in."""
    token = request.query.get("token")
    return await _shown(request, house, token[:MAX_TOKEN] if isinstance(token, str) else "")


async def _shown(
    request: Request, house: House, token: str, *, problem: str = "", said: str = ""
) -> Response:
    viewer = await viewer_of(request, house)
    warning_id = number(request.params["id"])
    async with house.db.read() as conn:
        account_id = await _whose(conn, warning_id, token, viewer.account_id if viewer else None)
        warning = await warnings.get(conn, warning_id, account_id)
        account = await account_views.get(conn, account_id)
    return page(
        request,
        house,
        "warning.html",
        viewer=viewer,
        status=422 if problem else 200,
        headers=PRIVATE,
        form_token=form_token(house, viewer),
        warning=warning,
        account=account,
        heading=gettext(WORDS[warning.action]),
        open=warnings.may_be_appealed(warning, ids.now_ms()),
        most=warnings.MAX_APPEAL,
        token=token,
        problem=problem.replace("Validation failed: ", ""),
        said=said,
    )


async def appeal(request: Request, house: House) -> Response:
    """POST /disputes/strikes/{id}: `text`, and the `token` of the letter for whoever is not signed in."""
    viewer = await viewer_of(request, house)
    form = await signed_form(request, house, viewer)
    token = text_of(form, "token", most=MAX_TOKEN)
    said = text_of(form, "text").replace("\r\n", "\n")
    warning_id = number(request.params["id"])
    try:
        async with house.db.write() as conn:
            account_id = await _whose(conn, warning_id, token, viewer.account_id if viewer else None)
            await warnings.appeal(conn, account_id, warning_id, said)
    except Invalid as refusal:
        return await _shown(request, house, token, problem=str(refusal), said=said)
    back = f"/disputes/strikes/{warning_id}" + (f"?token={token}" if token else "")
    return responses.redirect(back, 303)


PAGES: list[Page] = [("GET", "/disputes/strikes/{id}", show), ("POST", "/disputes/strikes/{id}", appeal)]
