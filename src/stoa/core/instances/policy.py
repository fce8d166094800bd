"""Which servers the house speaks with, and on what terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import func, select

from stoa.db import Connection, Query, any_of
from stoa.db.tables import domain_allows, domain_blocks
from stoa.settings import Settings

Severity = Literal["noop", "silence", "suspend"]


class DomainRule(msgspec.Struct, frozen=True):
    """What holds for a server; *severity* None: nothing was decided."""

    severity: Severity | None = None
    reject_media: bool = False
    reject_reports: bool = False


_NONE = DomainRule()
_rules = Query(
    select(domain_blocks.c.severity, domain_blocks.c.reject_media, domain_blocks.c.reject_reports)
    .where(any_of(domain_blocks.c.domain, "domains"))
    .order_by(func.length(domain_blocks.c.domain).desc())
)
_severities = Query(
    select(domain_blocks.c.domain, domain_blocks.c.severity).where(
        any_of(domain_blocks.c.domain, "domains")
    )
)
_allowed = Query(select(domain_allows.c.domain).where(any_of(domain_allows.c.domain, "domains")))


async def rule_of(conn: Connection, domain: str) -> DomainRule:
    """What holds for *domain*: what was decided on it, or else on the nearest domain above it."""
    row = await conn.first(_rules, domains=_upwards(domain))
    return _NONE if row is None else DomainRule(row.severity, row.reject_media, row.reject_reports)


async def refuses(conn: Connection, settings: Settings, domain: str) -> bool:
    """Whether nothing is taken from *domain* and nothing sent there."""
    if settings.federation == "off":
        return True
    if (await rule_of(conn, domain)).severity == "suspend":
        return True
    if settings.federation == "allowlist":
        return await conn.first(_allowed, domains=_upwards(domain)) is None
    return False


async def refused(conn: Connection, settings: Settings, domains: Iterable[str]) -> set[str]:
    """Those of *domains* that `refuses` says yes of; two queries, however many there are."""
    asked = set(domains)
    if settings.federation == "off" or not asked:
        return asked
    above = {domain: _upwards(domain) for domain in asked}
    names = sorted({name for names in above.values() for name in names})
    severities = {row.domain: row.severity for row in await conn.all(_severities, domains=names)}
    found = {
        domain
        for domain, names in above.items()
        if next((severities[name] for name in names if name in severities), None) == "suspend"
    }
    if settings.federation == "allowlist":
        allowed = set(await conn.scalars(_allowed, domains=names))
        found |= {domain for domain, names in above.items() if not allowed.intersection(names)}
    return found


def _upwards(domain: str) -> list[str]:
    """*domain* and those above it, with and without the port."""
    host, _, port = domain.lower().partition(":") if not domain.startswith("[") else (domain, "", "")
    labels = host.split(".")
    names = [".".join(labels[place:]) for place in range(len(labels))]
    return [f"{host}:{port}", *names] if port else names
