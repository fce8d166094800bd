"""Lists of decisions on servers in the form that Mastodon exports and imports (CSV).  Pure.

The columns are `#domain`, `#severity`, `#reject_media`, `#reject_reports`, `#public_comment` and
`#obfuscate`; a list without a line of names is one of domains to suspend.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from stoa.core.errors import Unprocessable
from stoa.core.instances import domains
from stoa.core.instances.domains import Decision
from stoa.core.instances.policy import Severity

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 20_000

COLUMNS = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
_SEVERITIES: dict[str, Severity] = {
    "": "suspend",
    "suspend": "suspend",
    "silence": "silence",
    "limit": "silence",
    "noop": "noop",
}


def written(decisions: Iterable[Decision]) -> str:
    """The list of *decisions*; private comments stay here."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in decisions:
        flags = [str(flag).lower() for flag in (one.reject_media, one.reject_reports, one.obfuscate)]
        writer.writerow([one.domain, one.severity, flags[0], flags[1], one.public_comment, flags[2]])
    return sink.getvalue()


def written_names(domains: Iterable[str]) -> str:
    """The list of *domains* that are allowed by name."""
    return "".join(f"{one}\n" for one in (COLUMNS[0], *domains))


def read(text: str) -> list[Decision]:
    """The decisions in *text*, each domain once, the last line on it counting.  Raises Unprocessable with
    the number of the line that cannot be read.
    """
    if len(text) > MAX_BYTES:
        raise Unprocessable(f"A list has at most {MAX_BYTES // 1024 // 1024} MiB.")
    found: dict[str, Decision] = {}
    columns: dict[str, int] | None = None
    for number, row in enumerate(_rows(text), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if columns is None:
            names = [cell.lower().removeprefix("#") for cell in cells]
            columns = {name: place for place, name in enumerate(names)} if "domain" in names else {}
            if columns:
                continue
        if len(found) >= MAX_ROWS:
            raise Unprocessable(f"A list has at most {MAX_ROWS} lines.")
        decision = _decision(cells, columns or {"domain": 0}, number)
        found[decision.domain] = decision
    return list(found.values())


def _rows(text: str) -> Iterable[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    except csv.Error as error:
        raise Unprocessable(f"The list is not CSV ({error}).") from None


def _decision(cells: list[str], columns: dict[str, int], number: int) -> Decision:
    def cell(name: str) -> str:
        place = columns.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    def is_set(name: str) -> bool:
        return cell(name).lower() in ("true", "t", "1", "yes")

    try:
        name = domains.checked(cell("domain"))
    except Unprocessable as error:
        raise Unprocessable(f"Line {number}: {error}") from None
    severity = _SEVERITIES.get(cell("severity").lower())
    if severity is None:
        raise Unprocessable(
            f"Line {number}: {cell('severity')[:40]!r} is no severity; there are suspend, silence and noop."
        )
    return Decision(
        domain=name,
        severity=severity,
        reject_media=is_set("reject_media"),
        reject_reports=is_set("reject_reports"),
        obfuscate=is_set("obfuscate"),
        public_comment=cell("public_comment")[: domains.MAX_COMMENT],
    )
