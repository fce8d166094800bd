"""For pages of members only: who it is, and where to go back to after a form."""

from __future__ import annotations

import re
from typing import Any

from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.house import House
from stoa.web.forms import text_of
from stoa.web.session import Viewer, local_path, viewer_of

_PLACE = re.compile(r"p[0-9]{1,19}", re.ASCII)


async def member(request: Request, house: House) -> Viewer:
    """Who looks at the page.  Raises HTTPError 401 for visitors: they are shown the way in."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        raise HTTPError(401, "This page is for members. Please sign in.")
    return viewer


def back(request: Request, form: dict[str, Any]) -> Response:
    """To the page the form was on (its field `back`), at the post that the address names as `at`."""
    to = local_path(text_of(form, "back"))
    at = request.query.get("at")
    if isinstance(at, str) and _PLACE.fullmatch(at):
        to = f"{to.partition('#')[0]}#{at}"
    return responses.redirect(to, 303)
