"""What the writing form asks for while one types: a preview, a draft kept, a file, names to choose from.

For its script alone; without one the same form is sent to /write, with a button for each of these.
"""

from __future__ import annotations

from typing import Any

from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import MIB, Request, Upload
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.drafts.model import Clash
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.media import emojis
from stoa.core.media import store as media_store
from stoa.core.media.model import MediaUnavailable
from stoa.core.search import accounts as people
from stoa.core.search import hashtags
from stoa.core.timelines import tags
from stoa.locales import dates
from stoa.locales.speaking import gettext
from stoa.web import arriving, drafts, showing
from stoa.web.drafts import MAX_DESCRIPTION, Picture
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.pages.write import look_elsewhere, save_draft
from stoa.web.previewing import preview
from stoa.web.templating import page

MOST_NAMES = 6
MAX_QUERY = 100
_NOT_KEPT = {"cache-control": "private, no-store"}


async def see(request: Request, house: House) -> Response:
    """POST /write/preview: the part of the page that shows the post; for `do=elsewhere` in other programs
    too.
    """
    viewer = await member(request, house)
    typed = drafts.typed(await signed_form(request, house, viewer, upload_limit=4 * MIB))
    found, looks, problem = None, None, None
    if not typed.is_blank:
        try:
            async with house.db.read() as conn:
                found = await preview(conn, typed, viewer.account_id, house)
            looks = look_elsewhere(house, found) if typed.does == "elsewhere" else None
        except Unprocessable as refusal:
            problem = str(refusal)
    return page(
        request,
        house,
        "_reading.html",
        viewer=viewer,
        seen=found,
        looks=looks,
        problem=problem,
    )


async def save(request: Request, house: House) -> Response:
    """POST /write/save: keep the draft.  JSON: its `version` and what to say of it; 409 with what another
    window has kept, 410 for what is published or removed, 422 for what cannot be kept.
    """
    viewer = await member(request, house)
    typed = drafts.typed(await signed_form(request, house, viewer, upload_limit=4 * MIB))
    if typed.is_blank:
        return _json({"version": typed.version, "said": ""})
    try:
        async with house.db.write() as conn:
            kept = await save_draft(conn, viewer.account_id, typed)
    except NotFound:
        said = gettext("This was published or removed in another window. It is not kept any more.")
        return _json({"said": said}, 410)
    except Unprocessable as refusal:
        return _json({"said": gettext(str(refusal))}, 422)
    if isinstance(kept, Clash):
        other = kept.kept
        return _json(
            {
                "version": other.version,
                "draft": f"/drafts/{other.id}",
                "title": other.words.title,
                "text": other.words.text,
                "said": gettext("This draft was changed in another window. Both are kept."),
            },
            409,
        )
    said = gettext("Kept as a draft, %(moment)s") % {"moment": dates.moment(kept.updated_at)}
    return _json({"version": kept.version, "draft": f"/drafts/{kept.id}", "said": said})


async def attach(request: Request, house: House) -> Response:
    """POST /write/picture: take the file in; the part of the form that stands for it."""
    viewer = await member(request, house)
    limit = max(house.settings.max_picture_bytes, house.settings.max_film_bytes) + MIB
    form = await signed_form(request, house, viewer, upload_limit=limit)
    file = form.get("picture")
    if not isinstance(file, Upload) or not file.size:
        raise HTTPError(422, gettext("No file came along."))
    words = text_of(form, "picture_words", most=MAX_DESCRIPTION)
    try:
        media_id = await arriving.take(house, viewer.account_id, file, words)
    except MediaUnavailable as refusal:
        return _json({"said": gettext(str(refusal))}, 503)
    except Unprocessable as refusal:
        return _json({"said": gettext(str(refusal))}, 422)
    async with house.db.read() as conn:
        stored = await media_store.get_owned(conn, viewer.account_id, media_id)
    return page(
        request,
        house,
        "_attached.html",
        viewer=viewer,
        file=stored,
        picture=Picture(media_id, words),
        place=0,
        max_description=MAX_DESCRIPTION,
    )


async def complete(request: Request, house: House) -> Response:
    """GET /write/complete?q=: people for `@al`, hashtags for `#al`, custom emoji for `:al`; a JSON list
    of {text, name, picture}.
    """
    viewer = await member(request, house)
    asked = request.query.get("q")
    asked = asked[:MAX_QUERY].strip() if isinstance(asked, str) else ""
    sign, word = asked[:1], asked[1:]
    if not word or sign not in ("@", "#", ":"):
        return _json([])
    async with house.db.read(long=True) as conn:
        if sign == "@":
            found = await people.find(
                conn,
                word,
                viewer_id=viewer.account_id,
                local_domain=house.settings.domain,
                limit=MOST_NAMES,
            )
            known = await account_views.load(conn, found)
            said = [
                {"text": f"@{one.acct}", "name": one.name, "picture": showing.avatar(one)}
                for one in (known[each] for each in found if each in known)
            ]
        elif sign == "#":
            tag_ids = await hashtags.find(conn, word, limit=MOST_NAMES)
            names = await tags.load(conn, tag_ids, viewer.account_id)
            said = [
                {"text": f"#{names[one].name}", "name": "", "picture": None}
                for one in tag_ids
                if one in names
            ]
        else:
            ours = [one for one in await emojis.list_ours(conn) if word.lower() in one.shortcode.lower()]
            ours.sort(key=lambda one: (not one.shortcode.lower().startswith(word.lower()), one.shortcode))
            said = [
                {"text": f":{one.shortcode}:", "name": "", "picture": f"/media/{one.key}"}
                for one in ours[:MOST_NAMES]
                if one.key
            ]
    return _json(said)


def _json(value: Any, status: int = 200) -> Response:
    return responses.json(value, status, headers=_NOT_KEPT)


PAGES: list[Page] = [
    ("POST", "/write/preview", see),
    ("POST", "/write/save", save),
    ("POST", "/write/picture", attach),
    ("GET", "/write/complete", complete),
]
