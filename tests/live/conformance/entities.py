"""What an answer holds, by the contract: the entities in it, their fields, and what is in none.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests import contract

# What Stoa says beyond the documentation, each with its reason.
BEYOND: dict[str, str] = {
    "Preferences.posting:default:quote_policy": "Mastodon answers it since 4.5",
    "Preferences.reading:autoplay:gifs": "Mastodon answers it; an older entity page had it",
    "MediaAttachment.preview_remote_url": "Mastodon answers it",
    "MediaAttachment.text_url": "Mastodon answers it still, removed from the page in 3.5.0",
    "PreviewCard.language": "Mastodon answers it since 4.2",
    "PreviewCard.image_description": "Mastodon answers it since 4.2",
    "Trends::Link.language": "Mastodon answers it since 4.2",
    "Trends::Link.image_description": "Mastodon answers it since 4.2",
    "Trends::Link.id": "for moderators: what they let in or not is named by it",
    "Trends::Link.requires_review": "for moderators, as Mastodon answers it",
    "WebPushSubscription.policy": "Mastodon answers it; apps show what they asked for",
    "Status.content_type": "with what is written anew after a delete: long posts are written in Markdown",
    "Status.title": "with what is written anew after a delete: long posts have titles",
    "StatusSource.content_type": "what an editor has to write in",
    "StatusSource.title": "long posts have titles",
}


class Found(NamedTuple):
    """An entity in an answer: where, its documented fields that say something, those nobody knows."""

    kind: str
    where: str
    said: frozenset[str]
    unknown: tuple[str, ...]


def found(value: Any, kind: str, where: str = "") -> Iterator[Found]:
    """Every entity in *value*, which is to be a `Status`, `[Status]`, `Map<Marker>`, `A|B`, …"""
    if value is None:
        return
    if "|" in kind and not kind.startswith(("[", "Array<", "Map<")):
        yield from found(value, min(kind.split("|"), key=lambda one: _misfit(value, one)), where)
    elif kind.startswith(("[", "Array<", "Map<")):
        inner = re.sub(r"^(\[|Array<|Map<)|(\]|>)$", "", kind)
        held = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in held if isinstance(value, (dict, list)) else ():
            yield from found(one, inner, f"{where}[{key}]")
    elif kind in contract.entities() and isinstance(value, dict):
        yield from _entity(value, kind, where)


def _misfit(value: Any, kind: str) -> tuple[int, int]:
    unknown = sum(len(one.unknown) for one in found(value, kind))
    return len(contract.problems(value, kind)), unknown


def _entity(value: dict[str, Any], kind: str, where: str) -> Iterator[Found]:
    rules = contract.entities()[kind]
    said, inside = set(), []
    for path, rule in rules.items():
        for held in _at(value, re.findall(r"[^\[\]]+|\[\]", path)):
            if held is not None:
                said.add(path)
                inside.append((path, held, rule["type"]))
    known = {path.partition("[")[0] for path in rules}
    unknown = tuple(
        name for name in value if name not in known and f"{kind}.{name}" not in BEYOND
    )  # fmt: skip
    yield Found(kind, where or kind, frozenset(said), unknown)
    for path, held, inner in inside:
        yield from found(held, inner, f"{where}.{path}")


def _at(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
    elif steps[0] == "[]":
        for one in value if isinstance(value, list) else ():
            yield from _at(one, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from _at(value[steps[0]], steps[1:])


def within_maps(value: Any, kind: str) -> list[str]:
    """What is wrong with the values of a `Map<…>`, which the contract itself takes for a dictionary."""
    if not kind.startswith("Map<") or not isinstance(value, dict):
        return []
    inner = kind.removeprefix("Map<").removesuffix(">")
    return [f"[{key}] {said}" for key, one in value.items() for said in contract.problems(one, inner)]


def misshapen(value: Any, shape: dict[str, dict[str, Any]]) -> list[str]:
    """What is wrong with *value* by a `returns_shape`: name → type, nullable, optional, enum."""
    if not isinstance(value, dict):
        return [f"it is no Hash but {value!r:.80}"]
    wrong = [f"{name} is unknown" for name in value if name not in shape]
    for name, rule in shape.items():
        if name not in value:
            wrong += [] if rule.get("optional") else [f"{name} is missing"]
        elif value[name] is None:
            wrong += [] if rule.get("nullable") else [f"{name} is null"]
        else:
            wrong += [f"{name}: {said}" for said in contract.problems(value[name], rule["type"])]
            if rule.get("enum") and value[name] not in rule["enum"]:
                wrong.append(f"{name} is {value[name]!r}, not one of {rule['enum']}")
    return wrong
