"""Templates to pages, with the headers that every page carries.

    return page(request, house, "about.html", viewer=viewer, rules=rules)

A template gets `house`, `settings`, `viewer` (None: a visitor), `form_token` (of members), `request`,
`here` (its path and query), `news` (how many notifications are unread), `liking` (what the viewer
prefers), `plain` (posts are shown as plain text), `now` and what the caller
adds, and extends base.html (blocks: title, head, main).  Everything is escaped unless it is Markup.
No page asks another host for anything, and none runs a script unless it says so (then one of ours):
the Content-Security-Policy tells the browser.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from stoa import ids, text
from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts.model import AccountView
from stoa.core.auth.model import Preferences
from stoa.core.house import House
from stoa.locales import dates, speaking
from stoa.locales.speaking import gettext_noop
from stoa.web import assets, entries, handles, prose, showing
from stoa.web.forms import form_token
from stoa.web.session import Viewer

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; manifest-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NEWS = "news"
MOST_NEWS = 100
# What core calls them; the filter `translated` says it.
_ROLES = (gettext_noop("owner"), gettext_noop("admin"), gettext_noop("moderator"), gettext_noop("user"))
_DRESS = re.compile(r"<(?:h[1-6]|table|math|pre|blockquote|[uo]l|img)\b")
FOR_VISITORS = "public, max-age=30, stale-while-revalidate=120"


def framed(house: House) -> dict[str, str]:
    """Headers of a page that may stand in anybody's, where it can do nothing."""
    said = policy(None, media=_media(house))
    return {
        "content-security-policy": said.replace("frame-ancestors 'none'", "frame-ancestors *"),
        "x-frame-options": "ALLOWALL",  # for browsers that know no frame-ancestors, and ignore this too
    }


def policy(form_action: str | None = "'self'", *, scripts: bool = False, media: str = "") -> str:
    """The Content-Security-Policy.  Chrome holds redirects after a form to *form_action* as well, so
    a form that leads to an app elsewhere gives None, which says nothing about forms.  *scripts*: those
    that come with the program may run, and ask us.  *media*: from there pictures, films and sounds may
    come too.
    """
    said = f"{_POLICY}; script-src 'self'" if scripts else _POLICY
    if media:
        for kind in ("img-src", "media-src"):
            said = said.replace(f"{kind} 'self'", f"{kind} 'self' {media}")
    return said if form_action is None else f"{said}; form-action {form_action}"


def page(
    request: Request,
    house: House,
    template: str,
    *,
    viewer: Viewer | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    form_action: str | None = "'self'",
    scripts: bool = False,
    **values: Any,
) -> Response:
    """The page that *template* makes of *values*.

    Pages of status 200 have an ETag, and 304 answers who has it already.  Visitors' pages may be
    kept for a moment by anybody, members' by nobody else.
    """
    token = None if viewer is None else form_token(house, viewer)
    news = request.state.get(NEWS, 0)
    liking = Preferences() if viewer is None else viewer.preferences
    given = {"form_token": token, "here": here(request), "news": news, "liking": liking}
    given["plain"] = _plain(request, liking)
    body = render(house, template, request=request, viewer=viewer, **{**given, **values})
    more = {
        "content-security-policy": policy(
            form_action,
            scripts=scripts or viewer is not None,  # members.js is on every page of theirs
            media=_media(house),
        ),
        "cache-control": FOR_VISITORS,
        "vary": "Cookie, Accept, Accept-Language",
        **(headers or {}),
    }
    if status != 200 or viewer is not None or request.method not in ("GET", "HEAD"):
        return responses.html(body, status, {**more, "cache-control": "private, no-store"})
    return cached(request, body, "text/html; charset=utf-8", more)


def _plain(request: Request, liking: Preferences) -> bool:
    """Whether the reader wants plain text: always, or of this page (`?plain=1`, and 0 for once not)."""
    asked = request.query_string.split(b"&")  # as it is: also of a page that says what is wrong with it
    return b"plain=1" in asked or (liking.plain and b"plain=0" not in asked)


def _media(house: House) -> str:
    """The other host that files come from, if there is one."""
    parts = urlsplit(house.settings.s3_public_url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def here(request: Request) -> str:
    """Path and query of the page that was asked for."""
    query = request.query_string.decode("latin-1")
    return f"{request.path}?{query}" if query else request.path


def cached(request: Request, body: str, content_type: str, headers: Mapping[str, str]) -> Response:
    """*body* with an ETag made of its bytes, or 304."""
    raw = body.encode()
    etag = f'W/"{hashlib.sha256(raw).hexdigest()[:20]}"'
    if responses.etag_matches(request.header("if-none-match"), etag):
        return responses.not_modified(etag, headers)
    return responses.json_bytes(raw, headers={**headers, "etag": etag}, content_type=content_type)


def render(house: House, template: str, **values: Any) -> str:
    """The text that *template* makes of *values*."""
    return (
        _environment(house.settings.is_loopback)
        .get_template(template)
        .render(house=house, settings=house.settings, now=ids.now_ms(), **values)
    )


@cache
def _environment(watching: bool) -> Environment:
    """*watching*: templates are looked at again when their files change, for those at work on them."""
    made = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,  # feeds too: XML is escaped as HTML is
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=watching,
        cache_size=-1,
    )
    # {% trans %} asks gettext and ngettext with its values by name, which they put in, escaped.
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals.update(
        _=_gettext,
        gettext=_gettext,
        ngettext=_ngettext,
        spoken=speaking.language,
        spoken_direction=lambda: "rtl" if speaking.locale().text_direction == "rtl" else "ltr",
        asset=assets.address,
        avatar=showing.avatar,
        original=showing.original,
        preview=showing.preview,
        card_picture=showing.card_picture,
        kept_entry=entries.kept_entry,
        keys=lambda username: _keys(speaking.language(), username),
    )
    made.tests["here"] = lambda media: showing.original(media) is not None
    made.filters.update(
        ago=dates.ago,
        bare=_bare,
        counted=speaking.counted,
        day=dates.day,
        domain=handles.domain,
        emojified=emojified,
        handle=handles.handle,
        is_rich=lambda body: bool(_DRESS.search(str(body))),
        iso=ids.iso,
        moment=dates.moment,
        named=named,
        span=dates.span,
        translated=speaking.gettext,
    )
    return made


@lru_cache(maxsize=1_024)
def _keys(_spoken: str, username: str) -> Markup:
    """The list of keys of a member: on every page of theirs, and always the same."""
    made = _environment(False).get_template("_keys.html").render(username=username)
    return Markup(made)  # noqa: S704  a template


def _gettext(text: str, /, **values: object) -> Markup:
    if not values:
        return _said(text, speaking.language())
    return Markup(speaking.gettext(text)) % values  # noqa: S704  our own sentences


@lru_cache(maxsize=8_192)
def _said(text: str, _spoken: str) -> Markup:
    """A sentence with nothing to put in: half of those on a page."""
    return Markup(speaking.gettext(text)) % {}  # noqa: S704  our own sentences


def _ngettext(one: str, many: str, num: int, /, **values: object) -> Markup:
    said = Markup(speaking.ngettext(one, many, num))  # noqa: S704  our own sentences
    return said % {**values, "num": speaking.counted(num)}


def _bare(body: Markup) -> Markup:
    return Markup(text.bare(str(body)))  # noqa: S704  made of escaped words and links


def named(account: AccountView) -> Markup:
    """The display name with its custom emoji."""
    name = str(escape(account.name))
    return Markup(prose.with_emojis(name, account.emojis))  # noqa: S704  escaped


def emojified(html: str, account: AccountView) -> Markup:
    """Sanitised *html* of the account with its custom emoji."""
    return Markup(prose.with_emojis(html, account.emojis))  # noqa: S704  sanitised when it was stored
