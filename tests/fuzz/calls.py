"""Calls made from the description: an operation, somebody's token, and values in one of many wrappings."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec

from tests.description import document
from tests.fuzz.values import File, Values

FORM_TOKEN = "FORM-TOKEN"
"""Stands in a body for the token that a form of this role carries."""

BOUNDARY = "fuzz-boundary"


def _often(**times: int) -> list[str]:
    return [role for role, count in times.items() for _ in range(count)]


ROLES = _often(user=24, other=9, admin=7, visitor=4, moderator=2, app=2, narrow=2, pending=1)
ROLES_OF_STAFF = _often(admin=14, moderator=5, user=2, other=1, visitor=1, app=1, narrow=1)
HEADERS = (
    ("idempotency-key", "k"), ("idempotency-key", "é" * 400), ("accept-language", "xx;q=x,,*"),
    ("range", "bytes=9-1"),
    ("if-none-match", '"x'), ("if-modified-since", "yesterday"), ("accept", "text/html"),
    ("origin", "null"),
    ("user-agent", "\x01" * 500), ("x-forwarded-for", "not an address"), ("cookie", "stoa_session=x; =; a"),
    ("authorization", "Bearer "), ("authorization", "Bearer é\xff"), ("authorization", "Basic x"),
    ("content-encoding", "gzip"), ("content-type", "text/plain"),
    ("content-type", "application/json; charset=x"),
    ("content-type", "multipart/form-data"), ("content-type", "multipart/form-data; boundary=\xff"),
    ("content-type", ""), ("accept-encoding", "gzip;q=x"), ("content-type", "application/ld+json"),
)  # fmt: skip
# Sections of the ids in a path that are not those of what stands before them.
OF_A_NAME = {
    "account": "accounts", "list": "lists", "filter": "filters", "quoting": "statuses", "hashtag": "tags",
    "group_key": "group_key", "acct": "acct", "username": "names", "tag": "tags", "deed": "deeds",
    "status": "statuses", "collection": "collections", "day": "days", "date": "days",
}  # fmt: skip
OF_A_PLACE = {"posts": "statuses", "people": "accounts", "users": "accounts", "@{acct}": "parts"}
ODD_QUERIES = (
    "&%ff=%ff", "&a[=1", "&a[][]=1", "&=", "&%00", "&a=1&a[b]=2", "&" * 1_100, "&limit=%E2%28",
)  # fmt: skip
ODD_BODIES = (
    b"", b"null", b"[]", b'"x"', b"1e999", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"a":1,"a":2}', b"{}x",
)  # fmt: skip


class Operation(msgspec.Struct, frozen=True):
    """One operation of the description."""

    method: str
    path: str
    section: str
    query: list[tuple[str, dict[str, Any]]]
    body: dict[str, Any] | None
    is_page: bool = False


class Made(msgspec.Struct):
    """A call, ready to be sent."""

    operation: Operation
    role: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        said = f"{self.operation.method} {self.path}{query}"[:600]
        return f"{said} as {self.role} {self.headers} {self.body[:1500]!r}"


def operations() -> list[Operation]:
    """All of them, in the order of the description."""
    described = json.loads(document.PATH.read_text(encoding="utf-8"))
    return list(_operations(described))


def _operations(described: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method, about in methods.items():
            query = [(one["name"], one["schema"]) for one in about["parameters"] if one["in"] == "query"]
            content = about.get("requestBody", {}).get("content", {})
            body = content["application/json"]["schema"] if content else None
            yield Operation(method.upper(), path, about["tags"][0], query, body)


def make(rng: random.Random, operation: Operation, values: Values) -> Made:
    """A call of *operation*."""
    values.change_mood()
    path = re.sub(
        r"\{(\w+)[^}]*\}", lambda found: quote(_in_path(operation, found, values), safe=""), operation.path
    )
    if rng.random() < values.mood / 20:
        path += rng.choice(("/", "/%00", "/%ff", "%ED%A0%80", "/..", ";x", "/%2e%2e", "?", "%"))
    known = [(name, values.of(schema, name=name.removesuffix("[]"), section=operation.section))
             for name, schema in operation.query if rng.random() < values.filled]  # fmt: skip
    if rng.random() < values.mood / 4:
        known.append((str(values.scalar())[:30], values.anything()))
    query = _form(rng, known) if known else ""
    if rng.random() < values.mood / 20:
        query += rng.choice(
            ("&%ff=%ff", "&a[=1", "&a[][]=1", "&=", "&%00", "&a=1&a[b]=2", "&" * 1_100, "&limit=%E2%28")
        )
    headers: dict[str, str] = {}
    body = b""
    if operation.body is not None or (operation.method != "GET" and rng.random() < 0.1):
        given = values.fitting(operation.body or {"type": "object"}, section=operation.section)
        if rng.random() < values.mood / 8:
            given = values.anything()
        body, headers["content-type"] = _body(rng, given)
    if rng.random() < values.mood / 4:
        name, value = rng.choice(HEADERS)
        headers[name] = value
    roles = ROLES_OF_STAFF if "/admin/" in operation.path else ROLES
    return Made(operation, rng.choice(roles), path, query, headers, body)


def _in_path(operation: Operation, found: re.Match[str], values: Values) -> str:
    before = operation.path[: found.start()].strip("/")
    section = "filter_statuses" if before.endswith("filters/statuses") else before.rpartition("/")[2]
    for name, known in OF_A_NAME.items():
        if found[1].startswith(name):
            section = known
    return str(values.id_of(OF_A_PLACE.get(section, section)))[:3_000]


def _body(rng: random.Random, given: Any) -> tuple[bytes, str]:
    chance = rng.random()
    if chance < 0.45 or not isinstance(given, dict):
        return _json(rng, given), "application/json"
    pairs = list(given.items())
    if chance < 0.75:
        return _form(rng, pairs).encode(), "application/x-www-form-urlencoded"
    return _multipart(rng, pairs), f"multipart/form-data; boundary={BOUNDARY}"


def _json(rng: random.Random, given: Any) -> bytes:
    raw = json.dumps(given, default=lambda file: file.name, allow_nan=True).encode()
    chance = rng.random()
    if chance < 0.03:
        return raw.replace(b'"', b'"\\ud800', 3)
    if chance < 0.05:
        return raw[: rng.randrange(len(raw) + 1)]
    if chance < 0.06:
        return b"[" * rng.choice((30, 5_000)) + raw
    if chance < 0.07:
        return rng.choice(
            (
                b"",
                b"null",
                b"[]",
                b'"x"',
                b"1e999",
                b"\xff\xfe",
                b"\xef\xbb\xbf{}",
                b'{"a":1,"a":2}',
                b"{}x",
            )
        )
    return raw


def _flat(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > 30:
        return
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(f"{name}[{key}]", one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _flat(f"{name.removesuffix('[]')}[]", one, depth + 1)
    elif isinstance(value, File):
        yield name, value
    else:
        yield name, "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _form(rng: random.Random, pairs: list[tuple[str, Any]]) -> str:
    said = []
    for name, value in pairs:
        for key, one in _flat(name, value):
            text = one.name if isinstance(one, File) else one
            said.append(f"{quote_plus(key, safe='[]')}={quote_plus(text)}")
    if said and rng.random() < 0.03:
        said.append(rng.choice(("%ff=1", "a=%ED%A0%80", "a[b]=1&a[]=2", "a[" + "b][" * 30 + "]=1", "=")))
    return "&".join(said)[:20_000]


def _multipart(rng: random.Random, pairs: list[tuple[str, Any]]) -> bytes:
    chunks = []
    for name, value in pairs:
        for key, one in _flat(name, value):
            head = f'Content-Disposition: form-data; name="{key}"'
            content = one
            if isinstance(one, File):
                head += f'; filename="{one.name}"\r\nContent-Type: {one.kind}'
                content = one.content
            raw = content if isinstance(content, bytes) else content.encode()
            chunks.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + raw + b"\r\n")
    end = f"--{BOUNDARY}--\r\n".encode() if rng.random() < 0.97 else rng.choice((b"", b"--", b"\r\n\r\n"))
    return b"".join(chunks) + end
