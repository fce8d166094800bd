"""Which servers the house speaks with, and on what terms.

Asked of the database each time, by the name that the one decision has that counts: that on the domain
itself, or else on the nearest one above it.  So what an administrator decides holds from the next
question on, in every process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import select

from stoa.db import Connection, Query, any_of
from stoa.db.tables import domain_allows, domain_blocks
from stoa.settings import Settings

Severity = Literal["noop", "silence", "suspend"]


class DomainRule(msgspec.Struct, frozen=True):
    """What holds for a server; *severity* None: nothing was decided.  *since* is the stamp of those whom
    it limits or suspends.
    """

    severity: Severity | None = None
    reject_media: bool = False
    reject_reports: bool = False
    since: int | None = None


_NONE = DomainRule()
_rules = Query(
    select(
        domain_blocks.c.domain,
        domain_blocks.c.severity,
        domain_blocks.c.reject_media,
        domain_blocks.c.reject_reports,
        domain_blocks.c.created_at,
    ).where(any_of(domain_blocks.c.domain, "domains"))
)
_allowed = Query(select(domain_allows.c.domain).where(any_of(domain_allows.c.domain, "domains")))


async def rule_of(conn: Connection, domain: str) -> DomainRule:
    """What holds for *domain*."""
    return (await rules_of(conn, [domain]))[domain]


async def rules_of(conn: Connection, domains: Iterable[str]) -> dict[str, DomainRule]:
    """The same for each of *domains*; one query."""
    above = {domain: upwards(domain) for domain in domains}
    names = sorted({name for names in above.values() for name in names})
    found = {
        row.domain: DomainRule(row.severity, row.reject_media, row.reject_reports, row.created_at)
        for row in await conn.all(_rules, domains=names)
    }
    return {
        domain: next((found[name] for name in names if name in found), _NONE)
        for domain, names in above.items()
    }


async def refuses(conn: Connection, settings: Settings, domain: str) -> bool:
    """Whether nothing is taken from *domain* and nothing sent there."""
    return bool(await refused(conn, settings, [domain]))


async def refused(conn: Connection, settings: Settings, domains: Iterable[str]) -> set[str]:
    """Those of *domains* that `refuses` says yes of; two queries at most, however many there are."""
    asked = set(domains)
    if settings.federation == "off" or not asked:
        return asked
    rules = await rules_of(conn, asked)
    found = {domain for domain in asked if rules[domain].severity == "suspend"}
    if settings.federation == "allowlist":
        above = {domain: upwards(domain) for domain in asked - found}
        names = sorted({name for names in above.values() for name in names})
        allowed = set(await conn.scalars(_allowed, domains=names))
        found |= {domain for domain, names in above.items() if not allowed.intersection(names)}
    return found


def upwards(domain: str) -> list[str]:
    """*domain* and those above it, the nearest first; with its port, then without."""
    name = domain.lower()
    host, colon, _port = ("", "", "") if name.endswith("]") else name.rpartition(":")
    if not colon:
        host = name
    labels = [host] if host.startswith("[") else host.split(".")
    names = [".".join(labels[place:]) for place in range(len(labels))]
    return [name, *names] if colon else names
