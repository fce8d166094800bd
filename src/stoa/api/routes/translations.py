"""Posts in other languages (methods/statuses#translate, methods/instance#translation_languages)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from stoa.api.entities import status as status_entity
from stoa.api.entities import translation as entity
from stoa.api.routes.trends import languages_of
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response, json
from stoa.core.errors import Forbidden
from stoa.core.ports import NotTranslated
from stoa.core.statuses import translate


class _Wish(Struct):
    lang: Annotated[str, Meta(pattern=r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2})?$")] | None = None


async def show(call: Call) -> Response:
    """POST /api/v1/statuses/:id/translate: Translation, into the reader's language where none is named."""
    wish = await call.args(_Wish)
    house, translator = call.house, call.house.translator
    async with house.db.read() as conn:
        status = await translate.source(conn, call.id(), call.viewer_id)
        if translator is None:
            raise Forbidden
        content = status_entity.with_title(status.title, status.content)
        wanted = await translate.texts_of(conn, status, content)
        read = await languages_of(conn, call)
    target = (wish.lang or (read or list(house.settings.languages) or ["en"])[0]).replace("_", "-")
    try:
        spoken, into = translate.chosen(await translator.languages(), wanted.language, target)
        async with house.db.read() as conn:
            made = await translate.kept(conn, wanted, into, translator.provider)
        if made is None:
            made = await translate.translate(translator, wanted, spoken, into)
            async with house.db.write() as conn:
                await translate.source(conn, call.id(), call.viewer_id)  # it may be gone by now
                await translate.keep(conn, wanted, made)
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
