"""A post in the language of the member who reads it, where the house has a service for that."""

from __future__ import annotations

import msgspec

from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth.throttle import throttles
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.ports import NotTranslated
from stoa.core.statuses import translate
from stoa.core.statuses.translate import Translation
from stoa.locales import speaking
from stoa.web import languages, prose, showing
from stoa.web.forms import signed_form
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.showing import Shown
from stoa.web.templating import page


async def show(request: Request, house: House) -> Response:
    """POST /posts/{id}/translate: the post as the service says it; nothing that not everybody may read."""
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    if house.settings.rate_limits == "on":
        throttles(house.db).translations.use(str(viewer.account_id))
    status_id = number(request.params["id"])
    try:
        made = await translate.into(
            house.db, house.translator, status_id, viewer.account_id, speaking.language()
        )
    except NotTranslated as failure:
        raise HTTPError(503, str(failure), headers={"retry-after": "60"}) from None
    async with house.db.read() as conn:
        found = await showing.load_some(conn, [status_id], viewer.account_id)
    if not found:
        raise NotFound
    return page(
        request,
        house,
        "translated.html",
        viewer=viewer,
        original=found[0],
        post=_translated(found[0], made),
        source=None if made.source == translate.UNKNOWN else languages.name(made.source),
        provider=made.provider,
        here=found[0].path,  # where whatever is done on this page leads back to
    )


def _translated(shown: Shown, made: Translation) -> Shown:
    """*shown* with the words of *made* in the place of its own."""
    said = dict(made.media)
    status = msgspec.structs.replace(
        shown.status,
        content=made.content,
        title=None,
        teaser="",
        spoiler_text=made.spoiler_text,
        language=made.language,
        media=tuple(
            msgspec.structs.replace(one, description=said.get(one.id, one.description))
            for one in shown.status.media
        ),
    )
    poll = shown.poll
    if poll is not None and len(made.options) == len(poll.options):
        options = zip(poll.options, made.options, strict=True)
        poll = msgspec.structs.replace(
            poll, options=tuple(msgspec.structs.replace(one, title=words) for one, words in options)
        )
    return msgspec.structs.replace(shown, status=status, given=prose.fresh(status), poll=poll)


PAGES: list[Page] = [("POST", "/posts/{id}/translate", show)]
