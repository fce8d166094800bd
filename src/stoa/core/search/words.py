"""What a text is found by.  Pure: text in, tokens out, the same for both databases.

Promises tokens that no database takes apart again: letters and digits that SQLite's `unicode61`
knows stay as they are, everything else is written in hexadecimal.  Case, width and diacritics make
no difference.  Scripts without spaces between words come as overlapping pairs of characters, so that
two characters anywhere inside a sentence are found.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

from stoa.text.folding import without_accents

MAX_TOKEN = 64  # characters; the rest of a longer word is not searched
MAX_CHARACTERS = 200_000  # of the folded text: one sign may stand for a whole sentence
MAX_BYTES = 900_000  # of a tsvector, which PostgreSQL limits to 1 MiB

# Han, Kana, Hangul, Thai, Lao, Khmer, Burmese; and the mark that lengthens a vowel in Kana.
_PAIRED = r"[\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_RUN = regex.compile(
    rf"(?P<paired>{_PAIRED}[{_PAIRED[1:-1]}\p{{M}}]*+)|(?:(?!{_PAIRED})[\p{{L}}\p{{M}}\p{{N}}])++"
)
_PLAIN = regex.compile(r"[a-z0-9]+")
# Letters that SQLite's tables (Unicode 6.1) know: the European alphabets, Kana and Han, Hangul.
_SAFE = regex.compile(r"[[\p{L}\p{N}]&&[\u0000-\u052f\u3040-\u9fcc\uac00-\ud7a3]]++", regex.VERSION1)


def tokens(text: str) -> list[str]:
    """The tokens of *text*, in order, as they are stored."""
    folded = _folded(text)
    if folded.isascii():
        # All of it fits: even 100,000 words of one letter take six bytes each.
        return [run[:MAX_TOKEN] for run in _PLAIN.findall(folded)]
    found: list[str] = []
    room = MAX_BYTES
    for run, paired in _runs(folded):
        made = [*_pairs(run), _encoded(run[-1])] if paired else [_encoded(run[:MAX_TOKEN])]
        # At most three bytes to a character that is not written in hexadecimal, and five beside.
        each = max(map(len, made)) * (1 if made[0].isascii() else 3) + 5
        found += made[: room // each]
        room -= each * len(made)
        if room <= 0:
            break
    return found


def wanted(text: str) -> list[list[str]]:
    """What to look for where somebody types *text*: phrases, the last token of each as a beginning.

    A word is one phrase; of `state-of-the-art` and `検索エンジン` the parts must stand in a row.
    """
    phrases: list[list[str]] = []
    for word in text.split():
        phrase: list[str] = []
        last = ""  # character of a run of pairs: it is stored once more, before what follows
        for run, paired in _runs(_folded(word)):
            phrase += [last] if last else []
            last = ""
            if paired:
                pairs = _pairs(run)
                phrase += pairs or [_encoded(run)]
                last = _encoded(run[-1]) if pairs else ""
            else:
                phrase.append(_encoded(run[:MAX_TOKEN]))
        if phrase:
            phrases.append(phrase)
    return phrases


def author(account_id: int) -> str:
    """The token that stands in every post of an account, so that an author is found like a word."""
    return f"q0{account_id}"  # no character in hexadecimal begins so


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()[:MAX_CHARACTERS]


def _runs(folded: str) -> Iterator[tuple[str, bool]]:
    if folded.isascii():  # the same, a few times as fast
        for run in _PLAIN.findall(folded):
            yield run, False
        return
    for match in _RUN.finditer(folded):
        run = match[0]
        if match["paired"] is None and not _PLAIN.fullmatch(run):
            run = without_accents(run)
        if run:
            yield run, match["paired"] is not None


def _pairs(run: str) -> list[str]:
    pairs = [run[index : index + 2] for index in range(len(run) - 1)]
    return pairs if _SAFE.fullmatch(run) else [_encoded(pair) for pair in pairs]


def _encoded(token: str) -> str:
    if token.isascii() or _SAFE.fullmatch(token):
        return token
    # q: no script but Latin begins a hexadecimal token, and few words begin with q and digits.
    return "q" + token.encode("utf-8", "surrogatepass").hex()
