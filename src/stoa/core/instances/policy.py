"""Which servers the house speaks with, and on what terms.

One decision counts for a domain: that on the domain itself, or else on the nearest one above it.  What
holds in particular (`rule_of`) is asked of the database each time.  Whether a server is refused at all is
asked of everything that comes and goes, several times, and so believed for BELIEVED_SECONDS: what an
administrator decides holds from the next question on in the process that wrote it, and that much later in
others.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Literal
from weakref import WeakSet

import msgspec
from sqlalchemy import select

from stoa.db import Connection, Query, any_of
from stoa.db.tables import domain_allows, domain_blocks
from stoa.settings import Settings

BELIEVED_SECONDS = 2.0
MAX_BELIEVED = 10_000

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


class _Believed:
    """Whether domains are refused, as it was answered not long ago."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], tuple[float, bool]] = {}
        self.changes = 0
        # The transactions that decide something: what they read may yet be undone.
        self.deciding: WeakSet[Connection] = WeakSet()

    def forget(self) -> None:
        self.answers.clear()
        self.changes += 1


async def refuses(conn: Connection, settings: Settings, domain: str) -> bool:
    """Whether nothing is taken from *domain* and nothing sent there."""
    return bool(await refused(conn, settings, (domain,)))


async def refused(conn: Connection, settings: Settings, domains: Iterable[str]) -> set[str]:
    """Those of *domains* that `refuses` says yes of; two queries at most, however many there are."""
    mode = settings.federation
    if mode == "off":
        return set(domains)
    believed = _believed(conn)
    now = monotonic()
    found, unknown = set(), set()
    for domain in domains:
        until, answer = believed.answers.get((mode, domain), (0.0, False))
        if until <= now:
            unknown.add(domain)
        elif answer:
            found.add(domain)
    if not unknown:
        return found
    changes = believed.changes
    asked = await _refused_now(conn, mode, unknown)
    # What was read may be older than what another transaction has decided meanwhile.
    if changes == believed.changes and conn not in believed.deciding:
        if len(believed.answers) + len(unknown) > MAX_BELIEVED:
            believed.answers.clear()
        for domain in unknown:
            believed.answers[mode, domain] = (now + BELIEVED_SECONDS, domain in asked)
    return found | asked


def changed(conn: Connection) -> None:
    """This transaction decides something: nothing is believed until the database was asked again."""
    believed = _believed(conn)
    believed.forget()
    believed.deciding.add(conn)
    conn.after_commit.append(believed.forget)


def _believed(conn: Connection) -> _Believed:
    found: _Believed | None = conn.memory.get(_Believed)
    if found is None:
        found = conn.memory[_Believed] = _Believed()
    return found


async def _refused_now(conn: Connection, mode: str, domains: set[str]) -> set[str]:
    rules = await rules_of(conn, domains)
    found = {domain for domain in domains if rules[domain].severity == "suspend"}
    if mode == "allowlist":
        above = {domain: upwards(domain) for domain in domains - found}
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
