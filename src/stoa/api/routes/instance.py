"""What the server says of itself (Mastodon's documentation, methods/instance)."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from stoa import ids
from stoa.api import rendered
from stoa.api.entities import domain_block as domain_block_entity
from stoa.api.entities import instance as instance_entity
from stoa.api.entities import rule as rule_entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.annual_reports.model import campaign
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.instances import documents
from stoa.core.instances import domains as house_domains
from stoa.core.instances import figures as instance_figures
from stoa.core.instances import rules as house_rules
from stoa.core.instances.figures import Figures
from stoa.core.push import vapid
from stoa.db import Database

# Counting reads whole tables, and nobody needs these figures to the minute.
FIGURES_SECONDS = 60.0
_counted: WeakKeyDictionary[Database, tuple[float, Figures]] = WeakKeyDictionary()


async def _figures(house: House) -> Figures:
    now = time.monotonic()
    made, known = _counted.get(house.db, (0.0, None))
    if known is None or now - made > FIGURES_SECONDS:
        async with house.db.read(long=True) as conn:
            known = await instance_figures.figures(conn, ids.now_ms())
        _counted[house.db] = (now, known)
    return known


async def _instance(call: Call, render: Callable[..., dict[str, Any]]) -> Response:
    figures = await _figures(call.house)
    async with call.house.db.read() as conn:
        rules = await house_rules.list_rules(conn)
        owner = await instance_figures.contact_id(conn)
        account = None if owner is None else await rendered.account(conn, call.house, owner)
        terms = await documents.versions(conn, "terms_of_service")
    contact = None if account is None else orjson.Fragment(account)
    return json(
        render(call.house.settings, figures=figures, rules=rules, contact=contact, has_terms=bool(terms))
    )


async def show(call: Call) -> Response:
    """GET /api/v2/instance: Instance."""
    server_key = vapid.server_key(call.house.push_key)
    year = campaign(ids.now_ms())
    render = partial(
        instance_entity.render, server_key=server_key, campaign=None if year is None else str(year)
    )
    return await _instance(call, render)


async def show_v1(call: Call) -> Response:
    """GET /api/v1/instance: V1::Instance."""
    return await _instance(call, instance_entity.render_v1)


async def rules(call: Call) -> Response:
    """GET /api/v1/instance/rules: Rules, in order."""
    async with call.house.db.read() as conn:
        return json([rule_entity.render(rule) for rule in await house_rules.list_rules(conn)])


async def extended_description(call: Call) -> Response:
    """GET /api/v1/instance/extended_description: ExtendedDescription, empty where there is none."""
    async with call.house.db.read() as conn:
        found = await documents.current(conn, "extended_description")
    if found is None:
        return json({"content": "", "updated_at": None})
    return json({"content": found.content, "updated_at": ids.iso(found.created_at)})


async def privacy_policy(call: Call) -> Response:
    """GET /api/v1/instance/privacy_policy: PrivacyPolicy."""
    async with call.house.db.read() as conn:
        found = await documents.current(conn, "privacy_policy") or documents.default_privacy_policy()
    return json({"updated_at": ids.iso(found.created_at), "content": found.content})


async def terms_of_service(call: Call) -> Response:
    """GET /api/v1/instance/terms_of_service and …/:date: TermsOfService, of today or of a day."""
    day = call.request.params.get("date")
    async with call.house.db.read() as conn:
        versions = await documents.versions(conn, "terms_of_service")
    today = documents.today()
    found = documents.held_on(versions, today)
    if day is not None:
        found = next((one for one in versions if one.effective_on == day), None)
    if found is None:
        raise NotFound
    later = [one.effective_on for one in versions if one.effective_on > found.effective_on]
    return json(
        {
            "effective_date": found.effective_on,
            "effective": found.effective_on <= today,
            "content": found.content,
            "succeeded_by": later[0] if later else None,
        }
    )


async def health(call: Call) -> Response:
    """GET /health: whether the database answers."""
    async with call.house.db.read() as conn:
        await house_rules.list_rules(conn)
    return json({"status": "OK"}, headers={"cache-control": "no-store"})


async def peers(call: Call) -> Response:
    """GET /api/v1/instance/peers: domains we know accounts of."""
    async with call.house.db.read(long=True) as conn:
        return json(await instance_figures.peers(conn))


async def domain_blocks(call: Call) -> Response:
    """GET /api/v1/instance/domain_blocks: [DomainBlock], what was decided on other servers and why."""
    async with call.house.db.read() as conn:
        decided = await house_domains.list_decided(conn)
    return json([domain_block_entity.render(one) for one in decided if one.severity != "noop"])


async def activity(call: Call) -> Response:
    """GET /api/v1/instance/activity: twelve weeks, the numbers as text."""
    async with call.house.db.read(long=True) as conn:
        weeks = await instance_figures.activity(conn, ids.now_ms())
    return json(
        [
            {
                "week": str(week.start),
                "statuses": str(week.posts),
                "logins": str(week.active),
                "registrations": str(week.joined),
            }
            for week in weeks
        ]
    )


ROUTES = [
    route("GET", "/api/v2/instance", show, auth="none", kept=True),
    route("GET", "/api/v1/instance", show_v1, auth="none", kept=True),
    route("GET", "/api/v1/instance/rules", rules, auth="none", kept=True),
    route("GET", "/api/v1/instance/extended_description", extended_description, auth="none"),
    route("GET", "/api/v1/instance/privacy_policy", privacy_policy, auth="none"),
    route("GET", "/api/v1/instance/terms_of_service", terms_of_service, auth="none"),
    route("GET", "/api/v1/instance/terms_of_service/{date}", terms_of_service, auth="none"),
    route("GET", "/health", health, auth="none"),
    route("GET", "/api/v1/instance/peers", peers, auth="none", kept=True),
    route("GET", "/api/v1/instance/domain_blocks", domain_blocks, auth="optional"),
    route("GET", "/api/v1/instance/activity", activity, auth="none", kept=True),
]
