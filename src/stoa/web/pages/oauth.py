"""The consent page: a member lets an app in, or does not.  Tokens are in `api.routes.oauth`.

Nobody is sent anywhere before the app is known and the address is one it registered, to the letter;
a request that is wrong in another way is told so on a page here, so that we are no open redirector.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import apps, grants
from stoa.core.auth import scopes as oauth_scopes
from stoa.core.auth.apps import OUT_OF_BAND, App
from stoa.core.house import House
from stoa.locales.speaking import gettext
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.scopes import in_words
from stoa.web.session import to_sign_in, viewer_of
from stoa.web.templating import page

_CODE = re.compile(r"[A-Za-z0-9_-]{20,100}", re.ASCII)


class _Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What an app asks for, as it came.

    *lang* is carried along and chooses nothing yet: the pages are in English alone.
    """

    response_type: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    force_login: str = ""
    lang: str = ""


def _ask_of(values: dict[str, Any]) -> _Ask:
    return _Ask(**{name: text_of(values, name, most=4_000) for name in _Ask.__struct_fields__})


async def show(request: Request, house: House) -> Response:
    """The question, for a member; visitors sign in first."""
    asked = _ask_of(request.query)
    app, scopes = await _checked(house, asked)
    viewer = await viewer_of(request, house)
    again = _address(asked)
    if viewer is None or asked.force_login.lower() in ("true", "1"):
        return to_sign_in(again)
    back = urlsplit(asked.redirect_uri)
    return page(
        request,
        house,
        "auth/consent.html",
        viewer=viewer,
        # The answer to the form leads to the app, which may be at any address.
        form_action=None,
        app=app,
        here=again,
        wishes=in_words(scopes),
        address="" if asked.redirect_uri == OUT_OF_BAND else back.netloc or f"{back.scheme}:",
        asked={name: value for name, value in _given(asked).items() if value},
    )


async def decide(request: Request, house: House) -> Response:
    """Back to the app, with a code or with `access_denied`; or to the page that shows the code."""
    viewer = await viewer_of(request, house)
    if viewer is None:
        asked = _ask_of(await request.form())
        await _checked(house, asked)
        return to_sign_in(_address(asked))
    form = await signed_form(request, house, viewer)
    asked = _ask_of(form)
    app, scopes = await _checked(house, asked)
    if text_of(form, "decision") == "deny":
        if asked.redirect_uri == OUT_OF_BAND:
            return page(
                request,
                house,
                "auth/said.html",
                viewer=viewer,
                heading=gettext("Not let in"),
                sentence=gettext("%(app)s has got no access to your account.") % {"app": app.name},
                link="",
                link_text="",
            )
        return _back(
            asked,
            error="access_denied",
            error_description="The resource owner or authorization server denied the request.",
        )
    async with house.db.write() as conn:
        code = await grants.issue(
            conn,
            app=app,
            account_id=viewer.account_id,
            redirect_uri=asked.redirect_uri,
            scopes=scopes,
            challenge=asked.code_challenge or None,
        )
    if asked.redirect_uri == OUT_OF_BAND:
        # Apps that watch a browser of their own read the code from this very address.
        return responses.redirect(f"/oauth/authorize/native?{urlencode({'code': code})}", 303)
    return _back(asked, code=code)


async def show_code(request: Request, house: House) -> Response:
    """The code, for copying."""
    viewer = await viewer_of(request, house)
    code = request.query.get("code")
    if viewer is None or not isinstance(code, str) or not _CODE.fullmatch(code):
        raise HTTPError(404, "Not found")
    return page(request, house, "auth/code.html", viewer=viewer, code=code)


async def _checked(house: House, asked: _Ask) -> tuple[App, str]:
    """The app, and the scopes it asks for.  Raises HTTPError 400 with a sentence for people."""
    async with house.db.read() as conn:
        app = await apps.find(conn, asked.client_id)
    if app is None:
        raise HTTPError(400, "The app that sent you here is not known to this server (invalid_client).")
    if not asked.redirect_uri or not app.returns_to(asked.redirect_uri):
        raise HTTPError(
            400,
            f"{app.name} wants you sent to an address that it has not registered (invalid redirect_uri).",
        )
    if asked.response_type != "code":
        raise HTTPError(
            400, f"{app.name} asks in a way this server does not know (unsupported_response_type)."
        )
    scopes = " ".join(dict.fromkeys(asked.scope.split())) or oauth_scopes.DEFAULT
    if oauth_scopes.unknown(scopes) or not oauth_scopes.within(scopes, app.scopes):
        raise HTTPError(400, f"{app.name} asks for more than it has registered for (invalid_scope).")
    wanted, method = asked.code_challenge, asked.code_challenge_method
    if (wanted or method) and (method != "S256" or not grants.is_challenge(wanted)):
        raise HTTPError(
            400,
            f"{app.name} uses a code challenge that is not S256, the only kind that protects "
            "(invalid_request).",
        )
    return app, scopes


def _given(asked: _Ask) -> dict[str, str]:
    """What was asked, but for force_login: it has been done when the form is shown again."""
    given: dict[str, str] = msgspec.structs.asdict(asked)
    given.pop("force_login")
    return given


def _address(asked: _Ask) -> str:
    given = {name: value for name, value in _given(asked).items() if value}
    return f"/oauth/authorize?{urlencode(given)}"


def _back(asked: _Ask, **answer: str) -> Response:
    if asked.state:
        answer["state"] = asked.state
    joint = "&" if "?" in asked.redirect_uri else "?"
    return responses.redirect(f"{asked.redirect_uri}{joint}{urlencode(answer)}", 303)


PAGES: list[Page] = [
    ("GET", "/oauth/authorize", show),
    ("POST", "/oauth/authorize", decide),
    ("GET", "/oauth/authorize/native", show_code),
]
