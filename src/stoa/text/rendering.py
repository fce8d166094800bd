"""A text as its author typed it, to HTML that is safe to show.

Whatever find_mentions and find_hashtags return is what render makes links of: all three go by one
reading of the source.  Never raises for any source, and takes time in proportion to it.  Fetches
nothing: who is mentioned, and where a hashtag leads, the caller says.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from stoa.text.entities import Found, link, normalise_hashtag
from stoa.text.escaping import attribute, escaped
from stoa.text.plain import plain_text
from stoa.text.sanitising import settled
from stoa.text.sources import read

MAX_MENTIONS = 100
MAX_HASHTAGS = 100
MAX_LINKS = 1_000  # made of words in one post; a long list of addresses has some hundred


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody a post names: *acct* without '@' ("alice", "carl@there.example"), their page."""

    acct: str
    username: str
    url: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """*html*: sanitised.  *text*: its words alone, for search and excerpts, formulas as TeX."""

    html: str
    text: str


def render(
    source: str,
    content_type: str,
    *,
    mentions: Mapping[str, Mention],
    tag_url: Callable[[str], str],
    local_domain: str,
) -> Rendered:
    """The HTML and the plain text of *source* (text/plain, text/markdown or text/html).

    *mentions* is looked up by what find_mentions returned, then without regard to case, then
    without *local_domain*; a mention not in it stays text.  *tag_url* gives the address of a
    hashtag by its name as typed.
    """
    by_handle = {handle.lower(): mention for handle, mention in mentions.items()}
    here = f"@{local_domain.lower()}"
    own: set[str] = set()
    out: list[str] = []
    for piece in _pieces(source, content_type):
        if isinstance(piece, str):
            out.append(piece)
        elif piece.kind == "link":
            out.append(link(piece.name))
        elif piece.kind == "hashtag":
            url = tag_url(piece.name)
            own.add(url)
            out.append(
                f'<a href="{attribute(url)}" class="mention hashtag" rel="tag">'
                f"#<span>{piece.name}</span></a>"
            )
        else:
            handle = piece.name.lower()
            mention = (
                mentions.get(piece.name)
                or by_handle.get(handle)
                or by_handle.get(handle.removesuffix(here))
            )
            if mention is None:
                out.append(escaped(piece.shown))
                continue
            own.add(mention.url)
            out.append(
                f'<span class="h-card" translate="no"><a href="{attribute(mention.url)}"'
                f' class="u-url mention">@<span>{escaped(mention.username)}</span></a></span>'
            )
    safe = settled("".join(out), own)
    return Rendered(safe, plain_text(safe))


def find_mentions(source: str, content_type: str) -> list[str]:
    """Handles in *source* as typed, without '@' and with the domain in lower case.

    In order, unique, at most 100; those in code, links and formulas do not count.
    """
    return list(dict.fromkeys(_names(source, content_type, "mention")))


def find_hashtags(source: str, content_type: str) -> list[str]:
    """Hashtags in *source* as typed, without '#'; one for each that normalise_hashtag tells apart.

    In order, at most 100; those in code, links and formulas do not count.
    """
    found: dict[str, str] = {}
    for name in _names(source, content_type, "hashtag"):
        found.setdefault(normalise_hashtag(name), name)
    return list(found.values())


def _names(source: str, content_type: str, kind: str) -> Iterator[str]:
    for piece in _pieces(source, content_type):
        if not isinstance(piece, str) and piece.kind == kind:
            yield piece.name


# An author's text is asked for its mentions, for its hashtags and for its HTML, one after another.
@functools.lru_cache(maxsize=8)
def _pieces(source: str, content_type: str) -> tuple[str | Found, ...]:
    """*source* as HTML, not sanitised, with mentions, hashtags and addresses left to be decided."""
    pieces: list[str | Found] = []
    words: list[str] = []
    for piece in _within_limits(read(source, content_type)):
        if isinstance(piece, str):
            words.append(piece)
        else:
            pieces += ["".join(words), piece]
            words = []
    return (*pieces, "".join(words))


def _within_limits(pieces: Iterable[str | Found]) -> Iterator[str | Found]:
    """*pieces* with what is more than one post may link left as the text it was."""
    left = MAX_LINKS
    mentions: set[str] = set()
    hashtags: set[str] = set()
    for piece in pieces:
        if isinstance(piece, Found):
            keep = left > 0
            if keep and piece.kind == "mention":
                keep = _admit(mentions, piece.name, MAX_MENTIONS)
            elif keep and piece.kind == "hashtag":
                keep = _admit(hashtags, normalise_hashtag(piece.name), MAX_HASHTAGS)
            if not keep:
                yield escaped(piece.shown)
                continue
            left -= 1
        yield piece


def _admit(known: set[str], name: str, most: int) -> bool:
    if name not in known and len(known) >= most:
        return False
    known.add(name)
    return True
