"""Finding the route of a path by walking a tree of segments: no regular expression per route.

Promises: a static segment beats a parameter, `@{acct}.rss` beats `@{acct}` beats `{page}`, and the
more particular branch is left again when it leads nowhere.  One trailing slash is forgiven, HEAD is
served by GET.  Percent-encoding is undone once, after splitting, so `%2F` never splits a segment.
A path that is not UTF-8, holds a NUL, or has `.` or `..` as a segment matches nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import unquote

from starlette.responses import Response
from starlette.websockets import WebSocket

if TYPE_CHECKING:
    from stoa.asgi.requests import Request

Handler = Callable[["Request"], Awaitable[Response]]
SocketHandler = Callable[[WebSocket], Awaitable[None]]

SOCKET = "WEBSOCKET"


class Endpoint(Protocol):
    """What a table needs to know of the things it finds."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...


class Route:
    """A handler at *path* for *method*; *meta* is what the door wants to remember (scopes, limits).

    Paths: `/api/v1/statuses/{id}/context`, `/@{acct}.rss`, and `/files/{name:path}` for all the rest.
    """

    __slots__ = ("handler", "meta", "method", "path")

    def __init__(self, method: str, path: str, handler: Handler, **meta: Any) -> None:
        self.method = method
        self.path = path
        self.handler = handler
        self.meta = meta

    def __repr__(self) -> str:
        return f"Route({self.method} {self.path})"


class SocketRoute:
    """A WebSocket handler at *path*; the same path syntax as Route.

    It finds `path_params` on the socket and `client_ip` in its scope.  An HTTPError it raises before
    it accepts is sent as an HTTP answer.
    """

    __slots__ = ("handler", "meta", "path")
    method = SOCKET

    def __init__(self, path: str, handler: SocketHandler, **meta: Any) -> None:
        self.path = path
        self.handler = handler
        self.meta = meta

    def __repr__(self) -> str:
        return f"SocketRoute({self.path})"


E_co = TypeVar("E_co", bound=Endpoint, covariant=True)
E = TypeVar("E", bound=Endpoint)


class Match(NamedTuple, Generic[E_co]):
    """The route found, and its parameters, decoded."""

    route: E_co
    params: dict[str, str]


class MethodNotAllowed(NamedTuple):
    """The path exists, for these methods only (sorted, HEAD included where GET is)."""

    allow: tuple[str, ...]


class _Node(Generic[E]):
    __slots__ = ("ends", "patterns", "rest", "static")

    def __init__(self) -> None:
        self.static: dict[str, _Node[E]] = {}
        self.patterns: list[tuple[str, str, _Node[E]]] = []
        self.rest: dict[str, tuple[E, tuple[str, ...]]] = {}
        self.ends: dict[str, tuple[E, tuple[str, ...]]] = {}


class Table(Generic[E]):
    """Endpoints by path and method; raises ValueError at once for a bad or a duplicate path."""

    def __init__(self, endpoints: Iterable[E]) -> None:
        self.endpoints = tuple(endpoints)
        self._root: _Node[E] = _Node()
        for endpoint in self.endpoints:
            self._add(endpoint)
        # Whole paths without parameters are found by one look-up; the tree answers the others,
        # and those whose method is another route's.
        self._whole = {(e.method, e.path): e for e in self.endpoints if "{" not in e.path}

    def match(self, method: str, path: str) -> Match[E] | MethodNotAllowed | None:
        """The endpoint for *path* as it came over the wire (still percent-encoded), without query."""
        whole = self._whole.get((method, path))
        if whole is not None:
            return Match(whole, {})
        segments = _split(path)
        if segments is None:
            return None
        values: list[str] = []
        allow: set[str] = set()
        found = _walk(self._root, segments, 0, method, values, allow)
        if found is not None:
            endpoint, names = found
            return Match(endpoint, dict(zip(names, values, strict=True)))
        if not allow:
            return None
        if "GET" in allow:
            allow.add("HEAD")
        return MethodNotAllowed(tuple(sorted(allow)))

    def _add(self, endpoint: E) -> None:
        method, path = endpoint.method, endpoint.path
        if not (method.isascii() and method.isalpha() and method.isupper()):
            raise ValueError(f"{path}: the method must be a word in capitals, not {method!r}")
        if not path.startswith("/") or (path != "/" and path.endswith("/")):
            raise ValueError(f"{path!r} must start with a slash and must not end with one")
        names: list[str] = []
        node = self._root
        ends = None
        parts = path[1:].split("/")
        for position, part in enumerate(parts):
            prefix, name, suffix = _parse_segment(path, part)
            if name is None:
                if part in (".", "..") or (not part and path != "/"):
                    raise ValueError(f"{path}: {part!r} cannot be a segment")
                node = node.static.setdefault(part, _Node())
                continue
            if name.endswith(":path"):
                name = name.removesuffix(":path")
                if prefix or suffix or position != len(parts) - 1:
                    raise ValueError(f"{path}: a path parameter must be the whole last segment")
                ends = node.rest
            else:
                node = _pattern(node, prefix, suffix)
            if not name.isidentifier() or name in names:
                raise ValueError(f"{path}: {name!r} cannot be a parameter here")
            names.append(name)
        ends = node.ends if ends is None else ends
        if method in ends:
            raise ValueError(f"{method} {path} is the same route as {ends[method][0].path}")
        ends[method] = (endpoint, tuple(names))


class Router(Table[Route]):
    """The HTTP routes of the house."""


def _parse_segment(path: str, part: str) -> tuple[str, str | None, str]:
    """The literal before, the parameter's name or None, and the literal after it."""
    if "{" not in part and "}" not in part:
        return part, None, ""
    prefix, opened, rest = part.partition("{")
    name, closed, suffix = rest.partition("}")
    if not opened or not closed or set("{}") & set(prefix + name + suffix):
        raise ValueError(f"{path}: {part!r} must hold one parameter in braces")
    return prefix, name, suffix


def _pattern(node: _Node[E], prefix: str, suffix: str) -> _Node[E]:
    for known_prefix, known_suffix, known in node.patterns:
        if (known_prefix, known_suffix) == (prefix, suffix):
            return known
    child: _Node[E] = _Node()
    node.patterns.append((prefix, suffix, child))
    node.patterns.sort(key=lambda pattern: precedence(pattern[0], pattern[1]))
    return child


def precedence(prefix: str, suffix: str) -> tuple[int, int, str, str]:
    """The order in which parameters of one place are tried: the most literal text first."""
    return (-len(prefix) - len(suffix), -len(prefix), prefix, suffix)


def _split(path: str) -> list[str] | None:
    """The decoded segments of *path*, or None where no route may match."""
    if path[:1] != "/" or "\0" in path or "%00" in path:
        return None
    if len(path) > 2 and path[-1] == "/":
        path = path[:-1]
    segments = path[1:].split("/")
    if "%" in path:
        try:
            segments = [unquote(segment, errors="strict") for segment in segments]
        except UnicodeDecodeError:
            return None
    if "." in segments or ".." in segments:
        return None
    return segments


def _walk(
    node: _Node[E],
    segments: list[str],
    index: int,
    method: str,
    values: list[str],
    allow: set[str],
) -> tuple[E, tuple[str, ...]] | None:
    """The first end that takes *method*, most particular branch first; *values* are its parameters."""
    if index == len(segments):
        return _end(node.ends, method, allow)
    segment = segments[index]
    child = node.static.get(segment)
    if child is not None:
        found = _walk(child, segments, index + 1, method, values, allow)
        if found is not None:
            return found
    if not segment:
        return None
    for prefix, suffix, child in node.patterns:
        if (
            len(segment) > len(prefix) + len(suffix)
            and segment.startswith(prefix)
            and segment.endswith(suffix)
        ):
            values.append(segment[len(prefix) : len(segment) - len(suffix)])
            found = _walk(child, segments, index + 1, method, values, allow)
            if found is not None:
                return found
            values.pop()
    if node.rest:
        rest = segments[index:]
        # An encoded slash here could climb out of a folder, so it is not taken for a name.
        if all(part and "/" not in part for part in rest):
            found = _end(node.rest, method, allow)
            if found is not None:
                values.append("/".join(rest))
            return found
    return None


def _end(
    ends: dict[str, tuple[E, tuple[str, ...]]], method: str, allow: set[str]
) -> tuple[E, tuple[str, ...]] | None:
    found = ends.get(method)
    if found is None:
        if method == "HEAD":
            found = ends.get("GET")
        if found is None:
            allow.update(ends)
    return found
