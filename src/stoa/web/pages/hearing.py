"""Whom a member wants to hear: what becomes of notifications from strangers."""

from __future__ import annotations

from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.house import House
from stoa.core.notifications import policy
from stoa.core.notifications.policy import Policy, Verdict
from stoa.locales.speaking import gettext
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.templating import page

VERDICTS: tuple[Verdict, ...] = ("accept", "filter", "drop")


async def show(request: Request, house: House) -> Response:
    """GET /settings/notifications."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        decided = await policy.of(conn, viewer.account_id)
    return page(request, house, "settings/notifications.html", viewer=viewer, policy=decided, notice="")


async def save(request: Request, house: House) -> Response:
    """POST /settings/notifications."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    wanted: dict[str, Verdict] = {}
    for name in Policy.__struct_fields__:
        given = text_of(form, name, most=10)
        wanted[name] = next((one for one in VERDICTS if one == given), VERDICTS[0])
    decided = Policy(**wanted)
    async with house.db.write() as conn:
        await policy.change(conn, viewer.account_id, decided)
    return page(
        request,
        house,
        "settings/notifications.html",
        viewer=viewer,
        policy=decided,
        notice=gettext("This holds from now on."),
    )


PAGES: list[Page] = [("GET", "/settings/notifications", show), ("POST", "/settings/notifications", save)]
