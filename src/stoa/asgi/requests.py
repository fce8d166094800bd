"""One HTTP request: nothing is parsed before somebody asks, everything has a limit.

Whatever is wrong with what was sent raises HTTPError with a status from 400 to 431; ClientGone is
raised when the other side hangs up.  The host a client names is its own claim: addresses that are
stored or mailed are built from the settings, never from `base`.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Message, Receive, Scope

from stoa.asgi import forms, multipart
from stoa.asgi.errors import ClientGone, HTTPError
from stoa.asgi.forms import MIB
from stoa.asgi.multipart import Upload
from stoa.asgi.peers import Proxies

if TYPE_CHECKING:
    from stoa.asgi.router import Route

__all__ = ["MIB", "Request", "Upload"]

# A body may take this long, and as long again as its limit takes at a poor phone's speed.
_PATIENCE_SECONDS = 30.0
_SLOWEST_BYTES_PER_SECOND = 64 * 1024
_DISCARD_BYTES = 8 * MIB
_DISCARD_SECONDS = 2.0

_HOST = re.compile(r"\A(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?\Z")


class Request:
    """A request as handlers see it.

    `params` are the path's parameters, `route` the route they belong to, `id` the request id that
    log lines and the answer's X-Request-Id carry, `state` a place for what a door learns on the way.
    """

    __slots__ = (
        "_arrived",
        "_body",
        "_cookies",
        "_deadline",
        "_done",
        "_form",
        "_header_map",
        "_headers",
        "_proxies",
        "_query",
        "_uploads",
        "answer_headers",
        "id",
        "method",
        "params",
        "receive",
        "route",
        "scope",
        "state",
        "upload_folder",
    )

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        proxies: Proxies,
        upload_folder: Path | None = None,
    ) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.id = ""
        self.params: dict[str, str] = {}
        self.route: Route | None = None
        self.answer_headers: list[tuple[bytes, bytes]] = []  # beside those of the answer itself
        self.state: dict[str, Any] = {}
        self.upload_folder = upload_folder
        self.receive = receive
        self._proxies = proxies
        self._header_map: dict[bytes, bytes] = dict(scope["headers"])
        self._headers: Headers | None = None
        self._cookies: dict[str, str] | None = None
        self._query: dict[str, Any] | None = None
        self._body: bytes | None = None
        self._form: dict[str, Any] | None = None
        self._uploads: list[Upload] = []
        self._done = False
        self._arrived = 0
        self._deadline = 0.0

    @property
    def path(self) -> str:
        """The decoded path, for showing; routes are found by the undecoded one."""
        path: str = self.scope["path"]
        return path

    @property
    def query_string(self) -> bytes:
        """The query as it came, without the question mark."""
        raw: bytes = self.scope.get("query_string", b"")
        return raw

    def header(self, name: str) -> str | None:
        """The header called *name* (lower case); the last one where several were sent."""
        raw = self._header_map.get(name.encode("latin-1"))
        return None if raw is None else raw.decode("latin-1")

    def raw_header(self, name: bytes) -> bytes:
        """The same in bytes, empty where there is none."""
        return self._header_map.get(name, b"")

    @property
    def headers(self) -> Headers:
        """All headers, repeated ones included."""
        if self._headers is None:
            self._headers = Headers(scope=self.scope)
        return self._headers

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name."""
        if self._cookies is None:
            raw = b"; ".join(v for name, v in self.scope["headers"] if name == b"cookie")
            self._cookies = cookie_parser(raw.decode("latin-1")) if raw else {}
        return self._cookies

    @property
    def client_ip(self) -> str:
        """The address of whoever asked; forwarding headers count from trusted proxies only."""
        return self._proxies.client_ip(self.scope)

    @property
    def scheme(self) -> str:
        """Either "http" or "https", as the client used it."""
        return self._proxies.scheme(self.scope)

    @property
    def base(self) -> str:
        """Scheme and host the client used, such as `https://stoa.example`; raises HTTPError 400."""
        hosts = [value for name, value in self.scope["headers"] if name == b"host"]
        host = hosts[0].decode("latin-1") if len(hosts) == 1 else ""
        if not _HOST.match(host):
            raise HTTPError(400, "The request must name one host.")
        return f"{self.scheme}://{host.lower()}"

    @property
    def query(self) -> dict[str, Any]:
        """The query's parameters, nested; raises HTTPError 400 or 413."""
        if self._query is None:
            self._query = forms.parse_urlencoded(self.query_string)
        return self._query

    async def body(self, limit: int = MIB) -> bytes:
        """The whole body, at most *limit* bytes; raises HTTPError 400, 408, 413 or 415, ClientGone."""
        if self._body is None:
            self._announce(limit)
            chunks = []
            while (chunk := await self._next(limit)) is not None:
                chunks.append(chunk)
            self._body = b"".join(chunks)
        if len(self._body) > limit:
            raise _too_large(limit)
        return self._body

    async def form(self, *, limit: int = MIB, upload_limit: int | None = None) -> dict[str, Any]:
        """The body's parameters, nested, from JSON, urlencoded or multipart; {} for an empty body.

        Multipart bodies may be as large as *upload_limit*, by default no larger than the others.
        Files are Uploads; they disappear with the request.  Raises as body does.
        """
        if self._form is None:
            self._form = await self._read_form(limit, limit if upload_limit is None else upload_limit)
        return self._form

    async def arguments(self, *, limit: int = MIB, upload_limit: int | None = None) -> dict[str, Any]:
        """Query and body together; the body wins, as in Rails."""
        form = await self.form(limit=limit, upload_limit=upload_limit)
        return {**self.query, **form} if self.query_string else form

    async def _read_form(self, limit: int, upload_limit: int) -> dict[str, Any]:
        raw_type = self._header_map.get(b"content-type", b"")
        kind = raw_type.partition(b";")[0].strip().lower()
        options: dict[bytes, bytes] = {}
        if b";" in raw_type:
            _, options = parse_options_header(raw_type)
        if kind == b"multipart/form-data":
            return await self._read_multipart(options.get(b"boundary", b""), upload_limit)
        raw = await self.body(limit)
        if not raw:
            return {}
        charset = options.get(b"charset", b"utf-8").strip(b"'\"").lower()
        if charset not in (b"utf-8", b"utf8", b"us-ascii"):
            raise HTTPError(415, "The body must be UTF-8.")
        if kind == b"application/x-www-form-urlencoded":
            return forms.parse_urlencoded(raw)
        if kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json")):
            return forms.parse_json(raw)
        raise HTTPError(
            415,
            "The body must be application/json, application/x-www-form-urlencoded or "
            "multipart/form-data, and say so in Content-Type.",
        )

    async def _read_multipart(self, boundary: bytes, limit: int) -> dict[str, Any]:
        self._announce(limit)
        if not boundary:
            if await self._next(limit) is None:
                return {}
            raise HTTPError(400, "The multipart body names no boundary.")
        pairs = await multipart.read(
            lambda: self._next(limit),
            boundary,
            folder=self.upload_folder,
            uploads=self._uploads,
        )
        return forms.nest(pairs)

    def _announce(self, limit: int) -> None:
        """Refuse by the head alone what would be refused later, before any of it is read."""
        if self._done or self._arrived:
            raise RuntimeError("the body was read already, in another way")
        lengths = {value for name, value in self.scope["headers"] if name == b"content-length"}
        if lengths:
            length = lengths.pop()
            if lengths or not length.isdigit() or b"transfer-encoding" in self._header_map:
                raise HTTPError(400, "The request contradicts itself about the length of its body.")
            if len(length) > 18 or int(length) > limit:
                raise _too_large(limit)
        if self._header_map.get(b"content-encoding", b"identity").lower() not in (b"identity", b""):
            raise HTTPError(415, "The body must not be compressed.")
        now = asyncio.get_running_loop().time()
        self._deadline = now + _PATIENCE_SECONDS + limit / _SLOWEST_BYTES_PER_SECOND

    async def _next(self, limit: int) -> bytes | None:
        """The next piece of the body (never empty), or None at its end."""
        while not self._done:
            now = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout_at(min(now + _PATIENCE_SECONDS, self._deadline)):
                    message = await self.receive()
            except TimeoutError:
                raise HTTPError(408, "The body took too long to arrive.") from None
            chunk = self._take(message)
            if self._arrived > limit:
                raise _too_large(limit)
            if chunk:
                return chunk
        return None

    def _take(self, message: Message) -> bytes:
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        self._arrived += len(chunk)
        self._done = not message.get("more_body", False)
        return chunk

    @property
    def has_unread_body(self) -> bool:
        """Whether some of the body may still be on its way."""
        return not self._done and (
            self._header_map.get(b"content-length", b"0") != b"0"
            or b"transfer-encoding" in self._header_map
        )

    async def discard_body(self) -> None:
        """Read a little more and forget it, so that a refusal is seen before the line is cut.

        A client that is still sending when the connection closes sees a reset, not the answer.
        """
        announced = self._header_map.get(b"content-length", b"")
        if announced.isdigit() and (len(announced) > 18 or int(announced) > _DISCARD_BYTES):
            return
        if b"expect" in self._header_map and not self._arrived:
            return  # it waits for our word before it sends anything
        try:
            async with asyncio.timeout(_DISCARD_SECONDS):
                while not self._done and self._arrived < _DISCARD_BYTES:
                    self._take(await self.receive())
        except (TimeoutError, ClientGone):
            return

    def close(self) -> None:
        """Remove the files that came with the request; the App does it when the answer is out."""
        for upload in self._uploads:
            upload.discard()
        self._uploads.clear()


def _too_large(limit: int) -> HTTPError:
    size = f"{limit // MIB} MiB" if limit % MIB == 0 and limit else f"{limit} bytes"
    return HTTPError(413, f"The body is larger than {size}.")
