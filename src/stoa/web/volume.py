"""Several posts of one author as one text: parts with anchors, one outline, notes gathered and counted on.

Pure: takes posts as pages show them, and only moves what the sanitiser let through; whoever reads was
asked for before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from stoa import text
from stoa.core.accounts.model import AccountView
from stoa.web import prose
from stoa.web.showing import Shown

# A page of more text than this is cut, with a way to the parts that follow.
MAX_BYTES = 1_500_000
MAX_OUTLINE = 250
_TOP = 3  # the page has its title, and each part may have one


class Entry(NamedTuple):
    """A line of the outline; of a part, or of a heading in the part that was named last."""

    anchor: str
    text: str
    part: int | None = None  # its number, where it is one
    level: int = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A post as the *number*th part; *body* is without the notes that stand at the end of the volume."""

    shown: Shown
    number: int
    body: Markup
    notes: Markup  # each a <li>
    first_note: int  # what they are counted from
    headings: tuple[Entry, ...]

    @property
    def anchor(self) -> str:
        """The id of the part on the page."""
        return f"p{self.shown.status.id}"

    @property
    def title(self) -> str | None:
        """Its title, unless its author has put it behind a warning."""
        return None if self.shown.status.spoiler_text else self.shown.prose.title


@dataclass(frozen=True, slots=True)
class Volume:
    """*parts* are those shown of *count*; *following* the number of the first that is not, for want of
    room; *minutes* all of them take.
    """

    title: str
    parts: Sequence[Part]
    following: int | None
    count: int
    minutes: int

    @property
    def first(self) -> Shown:
        """Its first post."""
        return self.parts[0].shown

    @property
    def author(self) -> AccountView:
        """Who wrote it."""
        return self.first.account

    @property
    def changed(self) -> int:
        """When something in it changed last, unix milliseconds."""
        return max(one.shown.status.edited_at or one.shown.status.created_at for one in self.parts)

    @property
    def is_public(self) -> bool:
        """Whether everybody may read all of it."""
        return all(one.shown.is_public for one in self.parts)

    @property
    def notes(self) -> Markup:
        """All notes, as <li> in the order of their numbers."""
        return Markup("\n").join(one.notes for one in self.parts if one.notes)

    @property
    def first_note(self) -> int:
        """The number of the first of the notes."""
        return self.parts[0].first_note

    @property
    def outline(self) -> list[Entry]:
        """The parts and their headings, those of the parts alone where all would be too many."""
        lines: list[Entry] = []
        for one in self.parts:
            lines.append(Entry(one.anchor, one.title or "", one.number))
            lines.extend(one.headings)
        return lines if len(lines) <= MAX_OUTLINE else [one for one in lines if one.part is not None]


def minutes(parts: Iterable[Shown]) -> int:
    """How long reading them all takes."""
    return text.reading_minutes("\n".join(one.prose.plain for one in parts))


def bind(parts: Sequence[Shown], *, title: str | None = None, start: int = 0, most: int = 0) -> Volume:
    """The *parts* (at least one) from number *start* on, as many as there is room for: *most* characters,
    MAX_BYTES where that is 0.
    """
    chosen: list[Part] = []
    size = note = 0
    for number, one in enumerate(parts[start:], start + 1):
        size += len(one.prose.body)
        if chosen and size > (most or MAX_BYTES):
            break
        made = _part(one, number, note + 1)
        note += made.notes.count('<li id="')
        chosen.append(made)
    end = start + len(chosen)
    return Volume(
        title=title or name(parts[0]),
        parts=chosen,
        following=end + 1 if end < len(parts) else None,
        count=len(parts),
        minutes=minutes(parts),
    )


def name(first: Shown) -> str:
    """What to call a text that begins with *first*: its warning says what may be said of the rest."""
    return first.status.spoiler_text or first.prose.name


_NOTES = re.compile(
    r'\A(.*)<section class="footnotes"[^>]*>\s*(?:<hr[^>]*>)?\s*<ol>(.*)</ol>\s*</section>\s*\Z', re.S
)
_TAG = re.compile(r"<[a-z][^>]*>")
_ID = re.compile(r'( id="| href="#)')
_NOTE = re.compile(r'<li id="([^"]+)"')
_CALL = re.compile(r'(<a\b(?=[^>]*class="footnote-ref")[^>]*href="#([^"]+)"[^>]*>)[^<]*(</a>)')
_HEADING = re.compile(r'<h([1-6])[^>]* id="([^"]+)"[^>]*>(.*?)</h\1>', re.S)


def with_own_ids(shown: Shown) -> Markup:
    """The body of a post with ids that begin with its own, so that it may stand beside others."""
    own = f"p{shown.status.id}-"
    source = _TAG.sub(lambda tag: _ID.sub(rf"\g<1>{own}", tag[0]), str(shown.prose.body))
    return Markup(source)  # noqa: S704  sanitised


def _part(shown: Shown, number: int, first_note: int) -> Part:
    source = prose.under(str(with_own_ids(shown)), _TOP)
    notes = ""
    match = _NOTES.match(source)
    # What is behind a warning stays there, notes too; and only whole sections are moved.
    if match and not shown.status.spoiler_text and _whole(match[1], match[2]):
        source, notes = match[1], match[2].strip()
        numbers = {one: first_note + place for place, one in enumerate(_NOTE.findall(notes))}

        def call(one: re.Match[str]) -> str:
            return f"{one[1]}{numbers[one[2]]}{one[3]}" if one[2] in numbers else one[0]

        source, notes = (_CALL.sub(call, one) for one in (source, notes))
    return Part(
        shown=shown,
        number=number,
        body=Markup(source),  # noqa: S704  sanitised, see above
        notes=Markup(notes),  # noqa: S704  sanitised, see above
        first_note=first_note,
        headings=() if shown.status.spoiler_text else tuple(_headings(source)),
    )


def _whole(before: str, notes: str) -> bool:
    return before.count("<section") == before.count("</section") and "<section" not in notes


def _headings(source: str) -> Iterable[Entry]:
    for match in _HEADING.finditer(source):
        yield Entry(match[2], " ".join(text.plain_text(match[3]).split()), None, int(match[1]))
