"""The Mastodon API's contract as data, and whether an answer keeps it.

`endpoints.json` and `entities.json` hold facts of Mastodon's documentation for 4.6: paths, scopes,
fields, types.  Two fields are nullable here that are not there, as servers really answer
(`updated_at` of ExtendedDescription and PrivacyPolicy), a NotificationGroup has all the types that a
Notification has, and the field of a profile says when it was verified.

    assert not contract.problems(answer.json, "[Status]")
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).parent


@cache
def endpoints() -> list[dict[str, Any]]:
    """Every endpoint that is not removed: method, path (`/api/v1/lists/:id`), auth, scopes, returns, …"""
    found: list[dict[str, Any]] = json.loads((HERE / "endpoints.json").read_text())
    return found


@cache
def entities() -> dict[str, dict[str, Any]]:
    """Entity → field (`source[note]`) → type, format, nullable, optional, enum."""
    found: dict[str, dict[str, Any]] = json.loads((HERE / "entities.json").read_text())
    return found


@cache
def by_path() -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path with every parameter written `{}`) → endpoint."""
    found = {}
    for endpoint in endpoints():
        for path in filter(None, [endpoint["path"], endpoint.get("path_alt")]):
            found[endpoint["method"], re.sub(r":\w+", "{}", path)] = endpoint
    return found


def problems(value: Any, kind: str) -> list[str]:
    """What is wrong with *value*, if it is to be a `Status`, `[Status]`, `Array<Status>`, …"""
    return list(_problems(value, kind, None, ""))


def _problems(value: Any, kind: str, form: str | None, where: str) -> Iterator[str]:
    if kind.startswith(("[", "Array<")):
        inner = kind.strip("[]").removeprefix("Array<").removesuffix(">")
        if not isinstance(value, list):
            yield f"{where or 'it'} is no list but {value!r:.80}"
            return
        for index, item in enumerate(value):
            yield from _problems(item, inner, form, f"{where}[{index}]")
    elif "|" in kind:
        found = [list(_problems(value, one, form, where)) for one in kind.split("|")]
        if all(found):
            yield from min(found, key=len)
    elif kind in entities():
        yield from _entity(value, kind, where)
    elif not _is(value, kind):
        yield f"{where or 'it'} is no {kind} but {value!r:.80}"
    elif form and isinstance(value, str) and not _fits(value, form):
        yield f"{where} is no {form} but {value!r:.80}"


def _entity(value: Any, kind: str, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where or 'it'} is no {kind} but {value!r:.80}"
        return
    for path, rule in entities()[kind].items():
        steps = re.findall(r"[^\[\]]+|\[\]", path)
        for place, holder in _holders(value, steps[:-1], f"{where}."):
            yield from _field(holder, steps[-1], rule, f"{place}{steps[-1]}")


def _holders(value: Any, steps: list[str], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The dictionaries in which the last step of a path is to be looked up."""
    if not steps:
        if isinstance(value, dict):
            yield where, value
    elif steps[0] == "[]":
        for index, item in enumerate(value if isinstance(value, list) else []):
            yield from _holders(item, steps[1:], f"{where}[{index}].")
    elif isinstance(value, dict) and value.get(steps[0]) is not None:
        yield from _holders(value[steps[0]], steps[1:], f"{where}{steps[0]}.")


def _field(holder: dict[str, Any], name: str, rule: dict[str, Any], where: str) -> Iterator[str]:
    if name not in holder:
        if not rule.get("optional"):
            yield f"{where} is missing"
    elif holder[name] is None:
        if not rule.get("nullable"):
            yield f"{where} is null"
    else:
        value = holder[name]
        for one in value if isinstance(value, list) else [value]:
            if rule.get("enum") and one not in rule["enum"]:
                yield f"{where} is {one!r}, not one of {rule['enum']}"
        yield from _problems(holder[name], rule["type"], rule.get("format"), where)


def _is(value: Any, kind: str) -> bool:
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in ("Float", "Number"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "Null":
        return value is None
    if kind == "Hash" or kind.startswith("Map<") or kind == "Empty":
        return isinstance(value, dict)
    return isinstance(value, str)


def _fits(text: str, form: str) -> bool:
    if form == "integer-string":
        return text.lstrip("-").isdigit()
    if form == "url":
        return text == "" or urlsplit(text).scheme in ("http", "https", "ws", "wss")
    if form in ("datetime", "date"):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return False
    if form == "datetime":
        return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text) is not None
    return True
