"""Names as they are compared: case, width and accents make no difference.  Pure.

A name is found by the beginning of any of its words, so each word stands for what follows it too: of
`Jean-Luc` one finds `jean-luc` and `luc`.
"""

from __future__ import annotations

import unicodedata

import regex

MAX_CHARACTERS = 1_000  # of a name; the rest is not looked at
MAX_WORD = 40
MAX_WORDS = 24

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]++")
_MARKS = regex.compile(r"\p{Mn}++")
# Marks that carry the vowels of a word stay; accents and points go.
_ACCENTED = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}]")
_ACCENTED_RUN = regex.compile(rf"{_ACCENTED.pattern}[\p{{L}}\p{{M}}]*+")


def without_accents(run: str) -> str:
    """*run*, letters in a row, without its accents if its script has some."""
    if not _ACCENTED.match(run):
        return run
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", run))
    return unicodedata.normalize("NFC", bare)


def fold_name(name: str) -> str:
    """*name* as it is compared with others."""
    folded = unicodedata.normalize("NFKC", name[:MAX_CHARACTERS]).casefold().replace("\0", "")
    if folded.isascii():
        return folded
    return _ACCENTED_RUN.sub(lambda match: without_accents(match[0]), folded)


def name_words(name: str) -> list[str]:
    """What *name* is found by: MAX_WORDS beginnings at most, of MAX_WORD characters each."""
    found: dict[str, None] = {}
    for chunk in fold_name(name).split():
        starts = [0, *(match.start() for match in _WORD.finditer(chunk))]
        found |= dict.fromkeys(chunk[start : start + MAX_WORD] for start in starts)
    return list(found)[:MAX_WORDS]
