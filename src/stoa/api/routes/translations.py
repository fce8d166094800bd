"""Posts in other languages (methods/statuses#translate, methods/instance#translation_languages)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from stoa.api.entities import translation as entity
from stoa.api.routes.trends import languages_of
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response, json
from stoa.core.ports import NotTranslated
from stoa.core.statuses import translate


class _Wish(Struct):
    lang: Annotated[str, Meta(pattern=r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2})?$")] | None = None


async def show(call: Call) -> Response:
    """POST /api/v1/statuses/:id/translate: Translation, into the reader's language where none is named."""
    wish = await call.args(_Wish)
    house = call.house
    async with house.db.read() as conn:
        read = await languages_of(conn, call)
    target = (wish.lang or (read or list(house.settings.languages) or ["en"])[0]).replace("_", "-")
    try:
        made = await translate.into(house.db, house.translator, call.id(), call.viewer_id, target)
    except NotTranslated as failure:
        raise HTTPError(503, str(failure), headers={"retry-after": "60"}) from None
    return json(entity.render(made))


async def languages(call: Call) -> Response:
    """GET /api/v1/instance/translation_languages: from which to which; {} where nothing is translated."""
    translator = call.house.translator
    if translator is None:
        return json({})
    try:
        return json(dict(await translator.languages()))
    except NotTranslated:
        return json({})


ROUTES = [
    route("POST", "/api/v1/statuses/{id}/translate", show, auth="app", scopes="read:statuses"),
    route("GET", "/api/v1/instance/translation_languages", languages, auth="none"),
]
