"""Strings, times, numbers and languages out of JSON.  Total: what is of no use is None."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from stoa.federation.parse.jsonld import Object, first, many, objects, prop, types
from stoa.federation.parse.origins import is_address

MAX_NUMBER = 2_147_483_647

# A database cannot hold the one, UTF-8 not the others.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r" ?(?:[Zz]|UTC|([+-])(\d\d):?(\d\d))?)?",
    re.ASCII,
)
_DURATION = re.compile(
    r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?", re.ASCII
)


def text_of(value: object, most: int) -> str | None:
    """The first string of *value*, cut after *most* characters; of a language map the first entry."""
    found = first(value)
    if isinstance(found, dict):
        inner = found.get("@value")
        found = inner if inner is not None else next(iter(found.values()), None)
    if not isinstance(found, str):
        return None
    return _UNSTORABLE.sub("", found[:most])


def line_of(value: object, most: int) -> str | None:
    """As text_of, as one line of plain text with HTML entities decoded once; None if it is blank."""
    found = text_of(value, 4 * most + 64)
    if found is None:
        return None
    # An entity may stand for what a database cannot hold.
    plain = _UNSTORABLE.sub("", html.unescape(found))
    return _SPACE.sub(" ", plain).strip()[:most].rstrip() or None


def number_of(value: object, most: int = MAX_NUMBER) -> int | None:
    """A whole number from 0 to *most*, larger ones cut to it."""
    found = first(value)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    # Also false for NaN.
    return int(min(found, most)) if found >= 0 else None


def flag_of(value: object) -> bool | None:
    """true or false, also as a word."""
    found = first(value)
    if isinstance(found, bool):
        return found
    return {"true": True, "false": False}.get(found) if isinstance(found, str) else None


def time_of(value: object) -> int | None:
    """Unix milliseconds of an ISO 8601 time from 1970 to 9998; without an offset it is UTC.

    Takes what is sent: `Z`, `+0000` (Threads), any number of decimals (Pleroma), a date alone.
    """
    found = first(value)
    return _time(found) if isinstance(found, str) and len(found) < 64 else None


@lru_cache(maxsize=1_024)
def _time(value: str) -> int | None:
    # An activity and what it is about bear the same time, and are read more than once.
    match = _TIME.fullmatch(value.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[group] or 0) for group in range(1, 7))
    offset = timedelta(hours=int(match[9] or 0), minutes=int(match[10] or 0))
    if not 1970 <= year <= 9998 or offset >= timedelta(hours=24):
        return None
    try:
        # Leap seconds end a minute elsewhere; here it has sixty seconds.
        moment = datetime(
            year, month, day, hour, minute, min(second, 59),
            tzinfo=timezone(-offset if match[8] == "-" else offset),
        )  # fmt: skip
    except ValueError:
        return None
    fraction = int((match[7] or "0")[:3].ljust(3, "0"))
    milliseconds = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1000 + fraction
    return milliseconds if milliseconds >= 0 else None


def seconds_of(value: object) -> float | None:
    """The length in seconds of an ISO 8601 duration (`PT1M30S`) or of a number of seconds."""
    found = first(value)
    if isinstance(found, str):
        match = _DURATION.fullmatch(found) if len(found) < 64 else None
        if match is None or not any(match.groups()):
            return None
        days, hours, minutes = (int(match[group] or 0) for group in range(1, 4))
        return float(((days * 24 + hours) * 60 + minutes) * 60 + float(match[4] or 0))
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return float(found) if 0 <= found < 1e9 else None


def language_of(value: object) -> str | None:
    """A BCP 47 language tag, or None; also out of `{"identifier": "de"}` (Lemmy, PeerTube)."""
    found = first(value)
    if isinstance(found, dict):
        found = found.get("identifier")
    if not isinstance(found, str) or not _LANGUAGE.fullmatch(found) or found.lower() == "und":
        return None
    return found


def spoken(obj: Object, name: str, most: int) -> tuple[str | None, str | None]:
    """The text of the property *name* and its language, out of `name` and `nameMap`.

    The language is that of the entry which is the text, or of the only entry (F8.2).
    """
    said = text_of(prop(obj, name), most)
    by_language = prop(obj, name + "Map")
    if not isinstance(by_language, dict):
        return said, None
    entries = {
        key: text for key, value in by_language.items() if (text := text_of(value, most)) is not None
    }
    if said is None or (not said and entries):
        key, said = next(iter(entries.items()), (None, said))
        return said, language_of(key)
    matching = [key for key, text in entries.items() if text == said]
    if not matching and len(entries) == 1:
        matching = list(entries)
    return said, language_of(matching[0]) if matching else None


def address_of(value: object) -> str | None:
    """An http(s) address as it was meant: without spaces around it, HTML entities decoded once.

    For what is opened or shown; ids are never changed.
    """
    if not isinstance(value, str):
        return None
    found = value.strip()
    if "&" in found:
        found = html.unescape(found)
    return found if is_address(found) else None


def links_of(value: object, most: int = 64) -> list[tuple[str, str, dict[str, Any]]]:
    """What *value* links to, as (address, media type or "", the object it stood in).

    *value* is what stands under `url`, `icon`, …: strings, Links, or objects whose `url` is Links
    again (Pleroma); of these the object has what both say.
    """
    found: list[tuple[str, str, dict[str, Any]]] = []
    for item in many(value, most):
        target = _target(item)
        inner = many(target, most) if isinstance(target, (dict, list)) else [target]
        for part in inner:
            address = address_of(_target(part))
            if address is not None:
                outside = item if isinstance(item, dict) else {}
                around = {**outside, **part} if isinstance(part, dict) else outside
                found.append((address, media_type_of(around), around))
    return found[:most]


def _target(value: object) -> object:
    if not isinstance(value, dict):
        return value
    href = prop(value, "href")
    return prop(value, "url") if href is None else href


def media_type_of(obj: object) -> str:
    """`image/png` out of `mediaType` or `mimeType`, without parameters; "" where there is none."""
    if not isinstance(obj, Mapping):
        return ""
    found = prop(obj, "mediaType") or obj.get("mimeType")
    if not isinstance(found, str):
        return ""
    found = found.partition(";")[0].strip().lower()
    return found if re.fullmatch(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}", found) else ""


def page_of(value: object) -> str | None:
    """The page for people among the addresses of *value*: HTML if it says so, else one that says
    nothing of its type.
    """
    candidates = links_of(value)
    for wanted in ("text/html", ""):
        for address, media_type, _ in candidates:
            if media_type == wanted:
                return address
    return None


def tags_of(obj: Object, kind: str, most: int) -> list[dict[str, Any]]:
    """At most *most* of the tags that are a *kind* (Mention, Hashtag, Emoji, Link)."""
    return [tag for tag in objects(prop(obj, "tag"), 1_000) if kind in types(tag)][:most]
