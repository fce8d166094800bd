"""Measures, dimensions and retention: how this server fares (methods/admin/measures, …)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from msgspec import Meta, Struct

from stoa.api.entities import admin_figures as entity
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response, json
from stoa.core.moderation import dimensions, measures, retention
from stoa.core.moderation.spans import span

_Moment = Annotated[str, Meta(max_length=64)]
_Keys = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=50)]
_USUAL_DAYS = 30


class _Tag(Struct):
    id: int | None = None


class _Server(Struct):
    domain: Annotated[str, Meta(max_length=300)] | None = None


class _Measures(Struct):
    keys: _Keys
    start_at: _Moment
    end_at: _Moment
    tag_accounts: _Tag | None = None
    tag_uses: _Tag | None = None
    tag_servers: _Tag | None = None
    instance_accounts: _Server | None = None
    instance_media_attachments: _Server | None = None
    instance_reports: _Server | None = None
    instance_statuses: _Server | None = None
    instance_follows: _Server | None = None
    instance_followers: _Server | None = None


class _Dimensions(Struct):
    keys: _Keys
    start_at: _Moment | None = None
    end_at: _Moment | None = None
    limit: Annotated[int, Meta(ge=1)] = 10
    tag_servers: _Tag | None = None
    tag_languages: _Tag | None = None
    instance_accounts: _Server | None = None
    instance_languages: _Server | None = None


class _Retention(Struct):
    start_at: _Moment
    end_at: _Moment
    frequency: retention.Frequency


async def show_measures(call: Call) -> Response:
    """POST /api/v1/admin/measures.  Keys that nobody here knows are left out, as in Mastodon."""
    call.staff("view_dashboard")
    asked = await call.args(_Measures)
    over = span(_moment("start_at", asked.start_at), _moment("end_at", asked.end_at))
    wanted = {key: _about(asked, key, measures.NEEDS) for key in asked.keys if key in measures.KINDS}
    async with call.house.db.read(long=True) as conn:
        return json(
            [
                entity.measure(key, await measures.measure(conn, key, over, **given))
                for key, given in wanted.items()
            ]
        )


async def show_dimensions(call: Call) -> Response:
    """POST /api/v1/admin/dimensions; of the last thirty days where none are named."""
    call.staff("view_dashboard")
    asked = await call.args(_Dimensions)
    end = _moment("end_at", asked.end_at) if asked.end_at else datetime.now(UTC)
    start = _moment("start_at", asked.start_at) if asked.start_at else _days_before(end)
    over = span(start, end)
    wanted = {key: _about(asked, key, dimensions.NEEDS) for key in asked.keys if key in dimensions.KEYS}
    here = call.house.settings.domain
    async with call.house.db.read(long=True) as conn:
        return json(
            [
                entity.dimension(
                    key, await dimensions.parts(conn, key, over, limit=asked.limit, **given), here
                )
                for key, given in wanted.items()
            ]
        )


async def show_retention(call: Call) -> Response:
    """POST /api/v1/admin/retention."""
    call.staff("view_dashboard")
    asked = await call.args(_Retention)
    over = span(
        _moment("start_at", asked.start_at),
        _moment("end_at", asked.end_at),
        most=retention.MOST[asked.frequency],
    )
    async with call.house.db.read(long=True) as conn:
        found = await retention.cohorts(conn, over, asked.frequency)
    return json([entity.cohort(one, asked.frequency) for one in found])


def _moment(name: str, said: str) -> datetime:
    try:
        return datetime.fromisoformat(said.strip().replace(" UTC", "Z"))
    except ValueError:
        raise HTTPError(422, f"{name} must be a date such as 2031-05-01, or a time of one.") from None


def _days_before(moment: datetime) -> datetime:
    try:
        return moment - timedelta(days=_USUAL_DAYS - 1)
    except OverflowError:
        raise HTTPError(422, "There are no figures of that time.") from None


def _about(asked: Struct, key: str, needs: Mapping[str, str]) -> dict[str, Any]:
    """What the figure *key* is about, as its function takes it; 422 where that is not said."""
    name = needs.get(key)
    if name is None:
        return {}
    value = getattr(getattr(asked, key), name, None)
    if value is None or value == "":
        raise HTTPError(422, f"{key}[{name}] is required.")
    return {"tag_id": value} if name == "id" else {"domain": value.strip().lower()}


ROUTES = [
    route("POST", "/api/v1/admin/measures", show_measures, scopes="admin:read"),
    route("POST", "/api/v1/admin/dimensions", show_dimensions, scopes="admin:read"),
    route("POST", "/api/v1/admin/retention", show_retention, scopes="admin:read"),
]
