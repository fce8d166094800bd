"""Reading parameters: query strings, form bodies and JSON into one nested shape.  Pure.

`poll[options][]=a` and `fields_attributes[0][name]=x` nest as Rails nests them: `[]` appends,
`[name]` descends, and a hash whose keys are all numbers becomes a list in their order.  A name
without brackets given twice keeps its last value and remembers the others (see Repeated).
Everything is counted before it is built; whatever is refused raises HTTPError 400, 413 or 422.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote

import orjson

from stoa.asgi.errors import HTTPError

MIB = 1024 * 1024


class Limits(NamedTuple):
    """How much one set of parameters may hold."""

    keys: int = 1_000
    depth: int = 20
    key_length: int = 256
    entries: int = 10_000  # items of lists in JSON


LIMITS = Limits()


class Repeated(str):
    """The last value of a name given several times; `values` has them all, in order.

    Rails takes the last, some apps repeat `id=` and mean a list: whoever decodes knows which.
    """

    __slots__ = ("values",)
    values: tuple[str, ...]

    def __new__(cls, values: tuple[str, ...]) -> Repeated:
        self = super().__new__(cls, values[-1])
        self.values = values
        return self


def parse_urlencoded(raw: bytes, limits: Limits = LIMITS) -> dict[str, Any]:
    """The nested parameters of a query string or an urlencoded body."""
    if not raw:
        return {}
    if raw.count(b"&") >= limits.keys:
        raise HTTPError(413, f"There are more than {limits.keys} parameters.")
    return nest((_pair(piece) for piece in raw.split(b"&") if piece), limits)


def parse_json(raw: bytes, limits: Limits = LIMITS) -> dict[str, Any]:
    """The parameters of a JSON body, which must be an object (null and nothing count as empty)."""
    if not raw or raw.isspace():
        return {}
    try:
        # orjson stops at a depth of 1,024 of its own accord, so nothing here can overflow the stack.
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise HTTPError(400, f"The body is not valid JSON: {error}.") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise HTTPError(400, "The body must be a JSON object.")
    _check_json(value, limits)
    return value


def nest(pairs: Iterable[tuple[str, Any]], limits: Limits = LIMITS) -> dict[str, Any]:
    """One nested dict of *pairs* of a bracketed name and a value, as Rails would nest them."""
    root: dict[str, Any] = {}
    count = 0
    bracketed = False
    for name, value in pairs:
        count += 1
        if count > limits.keys:
            raise HTTPError(413, f"There are more than {limits.keys} parameters.")
        if not name:
            continue
        if len(name) > limits.key_length:
            raise HTTPError(400, f"A parameter has a name of more than {limits.key_length} characters.")
        if "\0" in name or (isinstance(value, str) and "\0" in value):
            raise HTTPError(400, "A parameter holds a NUL character.")
        if "[" not in name:
            _assign(root, name, value)
            continue
        path = _split_name(name)
        if len(path) > limits.depth:
            raise HTTPError(400, f"A parameter is nested more than {limits.depth} levels deep.")
        if len(path) == 1:
            _assign(root, name, value)
        else:
            bracketed = True
            _insert(root, path, value, name)
    if bracketed:
        for key in root:
            root[key] = _numbered(root[key])
    return root


def _pair(piece: bytes) -> tuple[str, str]:
    try:
        text = piece.decode()
        name, _, value = text.partition("=")
        if "+" in text:
            name = name.replace("+", " ")
            value = value.replace("+", " ")
        if "%" in text:
            name = unquote(name, errors="strict")
            value = unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise HTTPError(400, "A parameter is not valid UTF-8.") from None
    return name, value


def _split_name(name: str) -> list[str]:
    """`a[b][]` as ["a", "b", ""]; a name whose brackets do not pair is one plain name."""
    first, _, rest = name.partition("[")
    if not first or not rest.endswith("]"):
        return [name]
    parts = rest[:-1].split("][")
    if any("[" in part or "]" in part for part in parts):
        return [name]
    return [first, *parts]


def _assign(holder: dict[str, Any], name: str, value: Any) -> None:
    before = holder.get(name)
    if isinstance(before, str) and isinstance(value, str):
        earlier = before.values if isinstance(before, Repeated) else (before,)
        value = Repeated((*earlier, value))
    holder[name] = value


def _insert(root: dict[str, Any], path: list[str], value: Any, name: str) -> None:
    holder = root
    key = path[0]
    index = 1
    while index < len(path):
        if path[index]:
            child = holder.setdefault(key, {})
            if not isinstance(child, dict):
                raise _conflict(name)
            holder, key = child, path[index]
            index += 1
            continue
        items = holder.setdefault(key, [])
        if not isinstance(items, list):
            raise _conflict(name)
        index += 1
        # id[][]=1 is id[]=1: Mastodon.py 2 names lists of ids so.
        if not any(path[index:]):
            items.append(value)
            return
        if not path[index]:
            raise HTTPError(400, f"The parameter {_shown(name)} has a list directly in a list.")
        # a[][x]=1&a[][y]=2&a[][x]=3: a hash grows until one of its names comes again.
        if not items or not isinstance(items[-1], dict) or _has(items[-1], path[index:]):
            items.append({})
        holder, key = items[-1], path[index]
        index += 1
    _assign(holder, key, value)


def _has(holder: Any, path: list[str]) -> bool:
    for part in path:
        if not part or not isinstance(holder, dict) or part not in holder:
            return False
        holder = holder[part]
    return True


def _conflict(name: str) -> HTTPError:
    return HTTPError(400, f"The parameter {_shown(name)} is given in two shapes that do not fit.")


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)


def _numbered(value: Any) -> Any:
    """*value* with every hash of numbers turned into a list; as deep as nest let it become."""
    if isinstance(value, list):
        return [_numbered(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: _numbered(item) for key, item in value.items()}
    return in_number_order(value) if is_numbered(value) else value


def is_numbered(value: dict[str, Any]) -> bool:
    """Whether *value* is a list in disguise: all its keys are plain numbers."""
    return bool(value) and all(key.isascii() and key.isdigit() and len(key) < 10 for key in value)


def in_number_order(value: dict[str, Any]) -> list[Any]:
    """The values of a numbered hash in the order of its numbers."""
    return [value[key] for key in sorted(value, key=int)]


def _check_json(root: Any, limits: Limits) -> None:
    """Refuse what a form body could not say either; walks with a list of its own, level by level."""
    level = [root]
    keys = entries = depth = 0
    while level:
        depth += 1
        if depth > limits.depth:
            raise HTTPError(400, f"The body is nested more than {limits.depth} levels deep.")
        below: list[Any] = []
        for holder in level:
            if isinstance(holder, dict):
                keys += len(holder)
                if keys > limits.keys:
                    raise HTTPError(413, f"There are more than {limits.keys} parameters.")
                for key in holder:
                    if len(key) > limits.key_length:
                        raise HTTPError(
                            400,
                            f"A parameter has a name of more than {limits.key_length} characters.",
                        )
                    if "\0" in key:
                        raise HTTPError(400, "A parameter holds a NUL character.")
                inside: Iterable[Any] = holder.values()
            else:
                entries += len(holder)
                if entries > limits.entries:
                    raise HTTPError(413, f"The lists hold more than {limits.entries} entries.")
                inside = holder
            for value in inside:
                if isinstance(value, str):
                    if "\0" in value:
                        raise HTTPError(400, "A parameter holds a NUL character.")
                elif isinstance(value, (dict, list)):
                    below.append(value)
        level = below
