"""Names of languages, in the language that is spoken."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from stoa.locales.speaking import locale
from stoa.text import language_names


def name(code: str | None) -> str | None:
    """The name of the language with the code `pt` or `pt-BR`; the code itself where it has none here."""
    if not code:
        return None
    known = locale().languages.get(code.partition("-")[0].lower())
    return known or language_names.name(code)


def own_name(code: str) -> str:
    """The name of a language as those who read it write it: français."""
    try:
        found = Locale.parse(code.replace("-", "_")).get_language_name()
    except (UnknownLocaleError, ValueError):
        found = None
    return found or language_names.name(code) or code


def choices() -> list[tuple[str, str]]:
    """(code, name) of those that one can write in here, in the order of their names."""
    named = [(code, name(code) or code) for code in language_names.NAMES]
    return sorted(named, key=lambda pair: pair[1].casefold())
