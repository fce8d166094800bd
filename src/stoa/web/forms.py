"""Forms that only our own pages can send: the one place where that is checked.

    <input type="hidden" name="form_token" value="{{ form_token }}">      form_token(house, viewer)

    form = await signed_form(request, house, viewer)                      in the POST handler

Two things must hold.  The token carries our signature over the session it was made for, so another
member's or another site's is worth nothing; and where the browser says which page sent the form
(`Origin`), that page is ours, which also keeps visitors from being signed in as somebody else.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from itsdangerous import BadSignature, TimestampSigner

from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.core.house import House
from stoa.locales.speaking import gettext_noop
from stoa.web.session import Viewer

FIELD = "form_token"

# A post may take days to write, and the token of a member ends with the session anyway.
_MEMBER_SECONDS = 30 * 24 * 3600
_VISITOR_SECONDS = 24 * 3600

_TOO_OLD = gettext_noop("This form is no longer valid. Go back, reload the page and send it again.")


def form_token(house: House, viewer: Viewer | None) -> str:
    """What a form for *viewer* carries in its hidden field FIELD."""
    return _signer(house).sign(_owner(viewer)).decode()


async def signed_form(
    request: Request, house: House, viewer: Viewer | None, *, upload_limit: int | None = None
) -> dict[str, Any]:
    """The fields of a form that one of our pages sent, without the token.

    Raises HTTPError 403 where it was another's page, or another session's form, or a stale one.
    """
    _check_origin(request, house)
    form = dict(await request.form(upload_limit=upload_limit))
    token = form.pop(FIELD, None)
    if not isinstance(token, str) or len(token) > 300:
        raise HTTPError(403, _TOO_OLD)
    seconds = _VISITOR_SECONDS if viewer is None else _MEMBER_SECONDS
    try:
        owner = _signer(house).unsign(token.encode("utf-8", "replace"), max_age=seconds)
    except BadSignature:
        raise HTTPError(403, _TOO_OLD) from None
    if owner.decode() != _owner(viewer):
        raise HTTPError(403, _TOO_OLD)
    return form


def text_of(form: dict[str, Any], name: str, *, most: int = 10_000) -> str:
    """The text of a field, cut at *most* characters; empty where there is none, or no text."""
    value = form.get(name)
    return str(value)[:most] if isinstance(value, str) else ""


def is_ticked(form: dict[str, Any], name: str) -> bool:
    """Whether a checkbox was ticked."""
    return text_of(form, name, most=10) not in ("", "0", "false", "off")


def _signer(house: House) -> TimestampSigner:
    return TimestampSigner(house.signing_key, salt="stoa.web.forms")


def _owner(viewer: Viewer | None) -> str:
    return "visitor" if viewer is None else viewer.key[:32]


def _check_origin(request: Request, house: House) -> None:
    origin = request.header("origin")
    if origin is None:
        return
    # The host alone: behind a proxy that ends TLS we may not know the scheme the browser used.
    host = urlsplit(origin).netloc.lower() if origin.startswith(("http://", "https://")) else ""
    if host not in (urlsplit(request.base).netloc, house.settings.domain):
        raise HTTPError(403, "This form was sent from a page of another site.")
