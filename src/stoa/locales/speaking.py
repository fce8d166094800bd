"""The language that Stoa speaks to whoever asked: chosen once for a request or a letter.

    with_language("de")                  from here on in this task
    gettext("Write a reply")             what is marked in templates with {% trans %} goes this way too

English stands in the source; `LANGUAGE.po` beside this file holds what it says in the others, and is
read, not compiled, since it is read once.  `just messages` writes new sentences into all of them.
What people wrote is not translated here.
"""

from __future__ import annotations

import gettext as catalogs
import io
from collections.abc import Iterable
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

FOLDER = Path(__file__).parent
ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))
"""Their codes: those that a page can be read in."""

MOST_WISHES = 20

# English as the source is written: the day before the month.
_LOCALES = {ENGLISH: "en_GB"}
_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def with_language(code: str) -> None:
    """Speak the language *code* (of LANGUAGES) from here on."""
    _spoken.set(code if code in LANGUAGES else ENGLISH)


def language() -> str:
    """The code of the language that is spoken."""
    return _spoken.get()


def chosen(wishes: Iterable[str]) -> str | None:
    """The first of *wishes* (`pt-BR`, `de`) that is spoken here; None if none is."""
    for wish in wishes:
        code = wish.replace("_", "-").partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return None


def accepted(header: str | None) -> list[str]:
    """What an Accept-Language header wishes for, the dearest first (RFC 9110 §12.5.4)."""
    weighed = []
    for place, part in enumerate((header or "")[:1_000].split(",")[:MOST_WISHES]):
        tag, _, weight = part.strip().partition(";")
        try:
            wanted = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag and wanted > 0:  # which no NaN is
            weighed.append((-wanted, place, tag.strip()))
    return [tag for _, _, tag in sorted(weighed)]


def gettext(text: str) -> str:
    """*text*, an English sentence of the source, in the language that is spoken; itself where nobody
    has translated it."""
    return _catalog(_spoken.get()).gettext(text)


def gettext_noop(text: str) -> str:
    """*text* as it is: marks a sentence that is translated where it is shown."""
    return text


def ngettext(one: str, many: str, count: int) -> str:
    """The form that fits *count*, of what the source says of one and of many."""
    return _catalog(_spoken.get()).ngettext(one, many, count)


def counted(number: int) -> str:
    """`1,234`, as the language writes it."""
    return str(format_decimal(number, locale=locale()))


def locale() -> Locale:
    """What Babel knows of the language: dates, numbers, names, direction."""
    return _locale(_spoken.get())


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(_LOCALES.get(code, code))


@cache
def _catalog(code: str) -> catalogs.NullTranslations:
    path = FOLDER / f"{code}.po"
    if not path.exists():
        return catalogs.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return catalogs.GNUTranslations(compiled)
