"""Mentions, hashtags, links and shortcodes in a run of plain words.

Promises one pass over the text whatever it holds (possessive patterns, bounded repeats), and that a
link's host is always shown in full.  Knows nothing of Markdown or HTML: the caller hands over text
that stands outside code, links and formulas.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import regex

from stoa.text.escaping import attribute, escaped

# Noncharacters U+FDD0 to U+FDDF are ours while a text is being read (see formulas, markdown).
RESERVED = "\ufdd0-\ufddf"

# Unicode's controls of writing direction can show an address other than the one opened.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

_USER = r"[A-Za-z0-9_]{1,64}+(?:[.-]{1,8}+[A-Za-z0-9_]{1,64}+){0,16}+"
_ASCII_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?"
# Chinese and Japanese put no space after a name: "@carl@there.exampleさん" ends at the ASCII part.
_HOST_LABEL = r"[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}])?"
_DOMAIN = (
    rf"(?:{_ASCII_LABEL}(?:\.{_ASCII_LABEL}){{1,10}}(?!\.?[\p{{Latin}}\p{{M}}]|\.\p{{L}}|[0-9_])"
    rf"|{_LABEL}(?:\.{_LABEL}){{1,10}}(?![\p{{L}}\p{{M}}\p{{N}}_])"
    r"|localhost(?=:[0-9]{4,5}(?![0-9])))"  # servers on one machine, for trials
)
# A port only with four or five digits: servers under test have one, sentences rarely look so.
_PORT = r"(?::[0-9]{4,5}(?![0-9]))?"
_WORD = r"[\p{L}\p{M}\p{N}_]"
_SEPARATORS = "\u00b7\u30fb\u200c\u200d"
_TAG = rf"{_WORD}(?:{_WORD}|[{_SEPARATORS}](?={_WORD})){{0,119}}+(?!{_WORD})"

# Ideographic and fullwidth punctuation ends an address: no space follows one in such scripts.
_REST = rf"[^\s<>\"`{RESERVED}{_BIDI}\u3001\u3002\u300c-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]"
_SCHEMES = r"(?:https?|gemini|gopher|dat|dweb|ipfs|ipns|ssb)"

_URL = (
    rf"(?<![\p{{Latin}}\p{{N}}_@$/.-])(?i:{_SCHEMES})://"
    rf"(?:{_HOST_LABEL}(?:\.{_HOST_LABEL}){{1,20}}|localhost)(?![@\p{{L}}\p{{M}}\p{{N}}_])"
    # A name before the host, as in https://bank.example@evil.example/, makes it no link at all.
    rf"(?!:[^\s/@]{{0,64}}@)(?::[0-9]{{1,5}}(?![0-9]))?(?:[/?#]{_REST}{{0,2048}}+)?"
)
_OTHER_URL = rf"(?<![\p{{L}}\p{{N}}_])(?i:magnet:\?|xmpp:(?=[^\s@]{{1,64}}@)){_REST}{{1,2048}}+"
_MENTION = rf"(?<![\w/=@])@(?P<user>{_USER})(?:@(?P<domain>{_DOMAIN}{_PORT})|(?![@A-Za-z0-9_]))"
_HASHTAG = rf"(?<![\w/)&])[#\uff03](?P<tag>{_TAG})"

_ENTITY = regex.compile(rf"(?P<url>{_URL}|{_OTHER_URL})|(?P<mention>{_MENTION})|{_HASHTAG}")
_SHORTCODE = regex.compile(r"(?<![\p{L}\p{N}_:]):([A-Za-z0-9_]{2,100}+):(?![\p{L}\p{N}_:])")
# What Markdown would take for emphasis inside a name or an address.
_MARKED = regex.compile(rf"{_URL}|{_OTHER_URL}|{_MENTION}|(?<![\p{{L}}\p{{N}}_:]):[A-Za-z0-9_]{{2,100}}+:")
_LETTER = regex.compile(r"\p{L}")
_TRAILING = set(".,;:!?'\"*~)]}|\u2019\u201d\u00bb\u2026")
_PAIRS = {")": "(", "]": "[", "}": "{"}
# The two letters end xmpp: and magnet:, the only addresses without "//".
_TRIGGER = re.compile("[@#\uff03]|[pPtT]:|://")
_SPACE = re.compile(r"\s")
_WHOLE_WORD = re.compile(r"\S+")

VISIBLE = 30  # characters of an address that stay in view, as Mastodon shows them
MAX_SHORTCODES = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in a text: *name* without its sign, or the address; *shown* as it was typed."""

    kind: Literal["mention", "hashtag", "link"]
    name: str
    shown: str


def linked(text: str) -> Iterator[str | Found]:
    """*text* as escaped HTML, with what it names (mentions, hashtags, addresses) between."""
    done = 0
    for match in _entities(text):
        start = match.start()
        piece: Found
        if (user := match["user"]) is not None:
            domain = match["domain"]
            name = f"{user}@{domain.lower()}" if domain else user
            piece, end = Found("mention", name, match[0]), match.end()
        elif (tag := match["tag"]) is not None:
            if not _LETTER.search(tag):
                continue
            piece, end = Found("hashtag", tag, match[0]), match.end()
        else:
            url = trimmed(match[0])
            piece, end = Found("link", url, url), start + len(url)
        if start > done:
            yield escaped(text[done:start])
        yield piece
        done = end
    if done < len(text):
        yield escaped(text[done:])


def _entities(text: str) -> Iterator[regex.Match[str]]:
    """What may be named in *text*; only words that hold a sign of it are looked at closely."""
    scan = 0
    while trigger := _TRIGGER.search(text, scan):
        at = trigger.start()
        begin = max(text.rfind(" ", scan, at), text.rfind("\n", scan, at), scan - 1) + 1
        space = _SPACE.search(text, at)
        scan = space.start() if space else len(text)
        yield from _ENTITY.finditer(text, begin, scan)


def hide_marks(source: str, table: dict[int, str]) -> str:
    """*source* with the marks of emphasis inside names and addresses translated by *table*."""

    def hide(word: re.Match[str]) -> str:
        if "@" not in word[0] and ":" not in word[0]:
            return word[0]
        return _MARKED.sub(lambda match: match[0].translate(table), word[0])

    return _WHOLE_WORD.sub(hide, source)


def trimmed(url: str) -> str:
    """*url* without the punctuation of the sentence around it; brackets that pair up stay."""
    end = len(url)
    counts = {char: url.count(char) for pair in _PAIRS.items() for char in pair}
    while end and (last := url[end - 1]) in _TRAILING:
        opener = _PAIRS.get(last)
        if opener is not None and counts[opener] >= counts[last]:
            break
        if last in counts:
            counts[last] -= 1
        end -= 1
    return url[:end]


def link(url: str) -> str:
    """The HTML of a bare address as Mastodon writes it, but with the host never shortened."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "", url
    host = regex.match(r"[^/?#]*", rest)
    cut = max(VISIBLE, host.end() if host and separator else 0)
    visible, hidden = attribute(rest[:cut]), attribute(rest[cut:])
    if hidden:
        visible = f'<span class="ellipsis">{visible}</span><span class="invisible">{hidden}</span>'
    prefix = f'<span class="invisible">{attribute(scheme)}://</span>' if separator else ""
    return f'<a href="{attribute(url)}" rel="nofollow noopener ugc">{prefix}{visible}</a>'


def shortened(text: str) -> tuple[str, int]:
    """*text* with addresses and remote mentions taken out, and the characters people count for
    them: 23 for an address, the local part for a mention (Mastodon's StatusLengthValidator).
    """
    counted, done = 0, 0
    rest: list[str] = []
    for match in _entities(text):
        end = match.end()
        if match["domain"] is not None:
            counted += 1 + len(match["user"])
        elif match["url"] is not None:
            url = trimmed(match[0])
            end = match.start() + len(url)
            if url[:4].lower() != "http":
                continue
            counted += 23
        else:
            continue
        rest.append(text[done : match.start()])
        done = end
    rest.append(text[done:])
    # A space keeps apart what the taken-out part kept apart, and is not counted.
    return " ".join(rest), counted - (len(rest) - 1)


def normalise_hashtag(name: str) -> str:
    """The key under which spellings of a hashtag are one: NFKC, case folded, without '#'."""
    folded = unicodedata.normalize("NFKC", name.lstrip("#\uff03")).casefold()
    return unicodedata.normalize("NFKC", folded)


def find_emoji_shortcodes(source: str) -> list[str]:
    """Names of custom emoji that may be meant in *source*, in order, unique, at most 200."""
    found: dict[str, None] = {}
    for match in _SHORTCODE.finditer(source):
        found[match[1]] = None
        if len(found) == MAX_SHORTCODES:
            break
    return list(found)
