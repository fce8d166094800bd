"""Such a list as a file: comma-separated, as Mastodon 4.3 writes and reads it.  Pure.

Following and muted accounts have a line of headings, the others may; columns that are not known are
passed over, and so are lines that say nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from stoa.core.errors import Unprocessable
from stoa.core.transfers.model import MAX_BYTES, MAX_LINES, Kind, Line

_HEADINGS: dict[Kind, list[str]] = {
    "following": ["Account address", "Show boosts", "Notify on new posts", "Languages"],
    "mutes": ["Account address", "Hide notifications"],
    "blocks": [],
    "domain_blocks": [],
    "lists": [],
    "bookmarks": [],
}
_FIRST = {"account address", "#domain", "#uri", "list name", "address", "domain", "uri"}
_MAX_CELL = 2_048
_BEFORE_NAME = re.compile(r"^(?:acct:|[@\s])+")
_UNQUOTED = re.compile(r"\A'([=+@-])")


def render(kind: Kind, lines: Iterable[Line]) -> str:
    """The text of the file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if _HEADINGS[kind]:
        writer.writerow(_HEADINGS[kind])
    for line in lines:
        writer.writerow(_row(kind, line))
    return out.getvalue()


def _row(kind: Kind, line: Line) -> list[str]:
    if kind == "following":
        return [line.what, _word(line.reblogs), _word(line.notify), ", ".join(line.languages)]
    if kind == "mutes":
        return [line.what, _word(line.notifications)]
    if kind == "lists":
        # A title is what somebody typed; a spreadsheet must not take it for a formula.
        return [f"'{line.list}" if line.list[:1] in ("=", "+", "-", "@") else line.list, line.what]
    return [line.what]


def _word(value: bool) -> str:
    return "true" if value else "false"


def parse(kind: Kind, data: bytes) -> list[Line]:
    """The lines of the file, each once.  Raises Unprocessable for what is no such file, or too long."""
    if len(data) > MAX_BYTES:
        raise Unprocessable("This file is too large.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unprocessable("This is no file of comma-separated text in UTF-8.") from None
    if "\0" in text:
        raise Unprocessable("This is no file of comma-separated text in UTF-8.")
    headings: list[str] = []
    found: dict[tuple[str, str], Line] = {}
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""))):
            cells = [cell.strip()[:_MAX_CELL] for cell in row]
            if number == 0 and cells and cells[0].lower() in _FIRST:
                headings = [cell.lower() for cell in cells]
                continue
            line = _line(kind, cells, headings)
            if line is not None:
                found.setdefault((line.list, line.what), line)
            if len(found) > MAX_LINES:
                raise Unprocessable(f"This list has more than {MAX_LINES} lines.")
    except csv.Error:
        raise Unprocessable("This is no file of comma-separated text in UTF-8.") from None
    if not found:
        raise Unprocessable("There is nothing in this file.")
    return list(found.values())


def _line(kind: Kind, cells: list[str], headings: list[str]) -> Line | None:
    if kind == "lists":
        named = len(cells) > 1 and cells[0] and _account(cells[1])
        return Line(_account(cells[1]), list=_UNQUOTED.sub(r"\1", cells[0])[:256]) if named else None
    if not cells or not cells[0]:
        return None
    if kind in ("domain_blocks", "bookmarks"):
        return Line(cells[0].lower() if kind == "domain_blocks" else cells[0])
    if not _account(cells[0]):
        return None

    def cell(heading: str, place: int) -> str:
        at = headings.index(heading) if heading in headings else (None if headings else place)
        return cells[at] if at is not None and at < len(cells) else ""

    return Line(
        _account(cells[0]),
        reblogs=cell("show boosts", 1).lower() not in ("false", "0"),
        notify=cell("notify on new posts", 2).lower() in ("true", "1"),
        languages=tuple(one.strip() for one in cell("languages", 3).split(",") if one.strip())[:50],
        notifications=cell("hide notifications", 1).lower() not in ("false", "0"),
    )


def _account(text: str) -> str:
    return _BEFORE_NAME.sub("", text).lower()
