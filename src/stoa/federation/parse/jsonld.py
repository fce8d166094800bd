"""Reading JSON-LD as plain JSON: one or many, string or object, with or without a prefix.

Every function here is total: wrong types give None or nothing.  Only `load` and the parsers that
build on this module raise, and they raise NotUnderstood.  Contexts are neither fetched nor applied,
so a context that renames a property changes nothing (CVE-2022-24307, CVE-2024-32983).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from stoa.federation.parse.origins import is_address

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
MAX_ITEMS = 1_000

AS = "https://www.w3.org/ns/activitystreams#"
PUBLIC = AS + "Public"
_PUBLIC = frozenset({PUBLIC, "as:Public", "Public"})

_PREFIX = re.compile(
    r"(?:as|toot|litepub|schema|gts|sec|fep|misskey|fedibird|lemmy|oa|pt):"
    r"|https?://(?:www\.w3\.org/ns/activitystreams|joinmastodon\.org/ns|litepub\.social/ns|schema\.org"
    r"|gotosocial\.org/ns|w3id\.org/security|w3id\.org/fep/[0-9a-f]{4}|join-lemmy\.org/ns)[#/]"
)
# They restructure a document so that a signature made over another one still fits it
# (GHSA-9rfg-v8g9-9367, GHSA-53m7-2wrh-q839); plain documents have no use for them.
_RESTRUCTURING = frozenset({"@graph", "@included", "@reverse"})

Object = Mapping[str, Any]


class NotUnderstood(Exception):
    """What came from elsewhere is malformed, or not ours to understand.  *reason* is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownKind(NotUnderstood):
    """It is well formed, and of a type that we have no use for; *kind* is what it calls itself."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class Ref(msgspec.Struct, frozen=True):
    """Something named, something embedded, or both.  What is embedded is not yet believed."""

    id: str | None = None
    object: dict[str, Any] | None = None


def load(body: bytes, *, most: int = MAX_BYTES) -> dict[str, Any]:
    """The object that *body* is.  Of a key that stands twice the last counts.

    Raises NotUnderstood above *most* bytes or MAX_DEPTH levels, for what is no JSON object, and for
    documents that only a JSON-LD processor could read (@graph, @included, @reverse).
    """
    if len(body) > most:
        raise NotUnderstood(f"more than {most} bytes")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotUnderstood("no JSON") from None
    return require_plain(document)


def require_plain(document: object) -> dict[str, Any]:
    """*document*, which is an object that needs no JSON-LD processor.  Raises NotUnderstood."""
    if not isinstance(document, dict):
        raise NotUnderstood("not a JSON object")
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                if not _RESTRUCTURING.isdisjoint(value):
                    raise NotUnderstood("the document uses @graph, @included or @reverse")
                # Contexts are not read, and @reverse may stand in one.
                below += [item for key, item in value.items() if key != "@context"]
            elif isinstance(value, list):
                below += value
        level = [item for item in below if isinstance(item, (dict, list))]
        if not level:
            return document
    raise NotUnderstood(f"nested deeper than {MAX_DEPTH} levels")


class _Spellings(dict[str, tuple[str, str]]):
    """The other two spellings of each property that our parsers ask for."""

    def __missing__(self, name: str) -> tuple[str, str]:
        made = self[name] = ("as:" + name, AS + name)
        return made


_SPELLINGS = _Spellings()


def prop(obj: Object, name: str) -> Any:
    """The property *name*, also spelt `as:name` or in full; None where it is missing."""
    value = obj.get(name)
    if value is None:
        # Most properties of most documents are missing.
        prefixed, full = _SPELLINGS[name]
        value = obj.get(prefixed)
        if value is None:
            value = obj.get(full)
    return value


def many(value: object, most: int = MAX_ITEMS) -> list[Any]:
    """*value* as a list of at most *most*: a list without its nulls, or the one value there is."""
    if value is None:
        return []
    if isinstance(value, dict) and len(value) == 1:
        value = value.get("@list", value.get("@set", value))
    if isinstance(value, list):
        found = []
        for item in value:
            if item is not None:
                found.append(item)
                if len(found) == most:
                    break
        return found
    return [value]


def first(value: object) -> Any:
    """The first of many, the only one, or None."""
    if value is None or isinstance(value, str):
        return value
    found = many(value, 1)
    return found[0] if found else None


def objects(value: object, most: int = MAX_ITEMS) -> list[dict[str, Any]]:
    """The objects among *value*; strings and the like are left out."""
    return [item for item in many(value, most) if isinstance(item, dict)]


def types(obj: object) -> list[str]:
    """The types of *obj*, without prefixes or namespaces."""
    if not isinstance(obj, (dict, Mapping)):
        return []
    found = prop(obj, "type")
    if found is None:
        found = obj.get("@type")
    if isinstance(found, str):
        return [_PREFIX.sub("", found, count=1) if ":" in found else found]
    return [_PREFIX.sub("", one, count=1) for one in many(found, 16) if isinstance(one, str)]


def type_among(obj: object, known: Collection[str]) -> str | None:
    """The first type of *obj* that is *known*."""
    return next((one for one in types(obj) if one in known), None)


def id_of(value: object) -> str | None:
    """The id of the first of *value*: a string, an object with an id, or a Link; None if it is no
    http(s) address.  It is kept exactly as it was sent.
    """
    found = first(value)
    if isinstance(found, dict):
        named = prop(found, "id")
        if named is None:
            named = found.get("@id")
        if named is None and "Link" in types(found):
            named = prop(found, "href")
        found = first(named)
    return found if isinstance(found, str) and is_address(found) else None


def ids_of(value: object, most: int = MAX_ITEMS) -> tuple[str, ...]:
    """The ids among *value*, in order, each once."""
    return tuple(dict.fromkeys(one for item in many(value, most) if (one := id_of(item)) is not None))


def audience(value: object, most: int = 2 * MAX_ITEMS) -> tuple[str, ...]:
    """As ids_of, with every spelling of the public collection as PUBLIC."""
    found: dict[str, None] = {}
    for item in many(value, most):
        name = item.get("id", item.get("@id")) if isinstance(item, dict) else item
        if isinstance(name, str) and name in _PUBLIC:
            found[PUBLIC] = None
        elif (address := id_of(item)) is not None:
            found[address] = None
    return tuple(found)


def ref(value: object) -> Ref:
    """What the first of *value* names or embeds."""
    found = first(value)
    return Ref(id_of(found), found if isinstance(found, dict) else None)


def refs(value: object, most: int = MAX_ITEMS) -> tuple[Ref, ...]:
    """Everything that *value* names or embeds."""
    found = (ref(item) for item in many(value, most))
    return tuple(one for one in found if one.id is not None or one.object is not None)


def require_id(obj: Object, what: str) -> str:
    """The id of *obj*.  Raises NotUnderstood without one."""
    found = id_of(dict(obj))
    if found is None:
        raise NotUnderstood(f"{what} without an id that is an http(s) address")
    return found


def require_context(document: Object) -> None:
    """Raises NotUnderstood unless @context names ActivityStreams, as peers demand of us too."""
    contexts: Sequence[Any] = many(document.get("@context"), 64)
    names = (AS[:-1], AS, "http" + AS[5:-1])
    if not any(isinstance(one, str) and one in names for one in contexts):
        raise NotUnderstood("@context does not name ActivityStreams")
