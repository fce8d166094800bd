"""Mastodon.py with somebody looking on: which methods were called, and whether what came was whole.

What the library reads into its typed entities it reads leniently: a field that is missing or of another
type becomes None and nobody is told.  Here it is told.
"""

from __future__ import annotations

import inspect
import io
import struct
import typing
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import mastodon
import pytest
from mastodon import return_types
from mastodon.types_base import AttribAccessDict

from tests.live.serving import Server

PASSWORD = "a long enough password"
SCOPES = "read write follow push profile admin:read admin:write"

# Fields that Mastodon 4.6 does not send either, though Mastodon.py does not call them optional.
NEVER_SENT: set[tuple[str, str]] = set()


def public_methods() -> set[str]:
    """All that a client can ask Mastodon.py for."""
    found = inspect.getmembers(mastodon.Mastodon, inspect.isroutine)
    return {name for name, _ in found if not name.startswith("_")}


def _may_be_none(hint: Any) -> bool:
    return hint is type(None) or any(_may_be_none(one) for one in typing.get_args(hint))


def flaws(found: Any, where: str) -> Iterator[str]:
    """What is missing, of a wrong type or unknown in *found* and in all that it holds."""
    if isinstance(found, AttribAccessDict):
        kind = type(found)
        if kind is not AttribAccessDict and "__annotations__" in kind.__dict__:
            hints = typing.get_type_hints(kind, vars(return_types))
            renamed = getattr(kind, "_rename_map", {})
            known = {*hints, *renamed, *renamed.values()}
            yield from (f"{where}: {kind.__name__}.{key} is not known" for key in found if key not in known)
            for key, hint in hints.items():
                lacking = found.get(key) is None and not _may_be_none(hint)
                if not key.startswith("_") and lacking and (kind.__name__, key) not in NEVER_SENT:
                    yield f"{where}: {kind.__name__}.{key} is missing or no {hint}"
    if isinstance(found, dict):
        for key, value in found.items():
            yield from flaws(value, f"{where}.{key}")
    elif isinstance(found, list):
        for value in found:
            yield from flaws(value, f"{where}[]")


class Watched:
    """All methods of *api*; `called` and `flawed` grow with every call."""

    def __init__(self, api: mastodon.Mastodon, called: set[str], flawed: set[str]) -> None:
        self._api = api
        self._called = called
        self._flawed = flawed

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._api, name)

        def call(*given: Any, **named: Any) -> Any:
            self._called.add(name)
            found = method(*given, **named)
            self._flawed.update(flaws(found, name))
            return found

        return call


def picture() -> io.BytesIO:
    """A small red PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\x00" + b"\xff\x20\x20" * 64 for _ in range(48))
    head = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@dataclass
class Cast:
    """Who takes part: alice owns the server."""

    server: Server
    called: set[str] = field(default_factory=set)
    flawed: set[str] = field(default_factory=set)
    people: dict[str, Watched] = field(default_factory=dict)

    def arrive(self, name: str, role: str = "user") -> Watched:
        """Somebody with an account here, signed in with every scope."""
        mail = f"{name}@mail.example"
        self.server.command(
            "account", "create", name, "--email", mail, "--password", PASSWORD, "--role", role
        )
        token = self.server.command("token", "create", name, "--scopes", SCOPES)
        api = mastodon.Mastodon(access_token=token, api_base_url=self.server.base)
        self.people[name] = Watched(api, self.called, self.flawed)
        return self.people[name]


def refused(kind: type[Exception], call: Callable[..., Any], *given: Any, **named: Any) -> None:
    """*call* is answered by a no of this *kind*."""
    with pytest.raises(kind):
        call(*given, **named)
