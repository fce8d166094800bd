"""The ASGI application: finds the route, calls it, and answers whatever happens.

Promises that every HTTP request gets exactly one answer with the headers of the house: an error
becomes JSON for apps and a page for people, and an unforeseen one a 500 that names the request id
and nothing else.  What a door adds (who is asking, limits, transactions) comes in by *before* and
by the handlers themselves; there are no layers around them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from time import perf_counter
from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from stoa.asgi import access_log, compression, responses
from stoa.asgi.cors import CORS_PATHS, Cors
from stoa.asgi.errors import ClientGone, HTTPError
from stoa.asgi.peers import LOOPBACK, Proxies
from stoa.asgi.requests import Request
from stoa.asgi.router import SOCKET, Match, MethodNotAllowed, Router, SocketRoute, Table

log = logging.getLogger("stoa.asgi")

ErrorPage = Callable[[Request, HTTPError], Awaitable[Response]]
Before = Callable[[Request], Awaitable[Response | None]]
After = Callable[[Request, Response], None]
Translate = Callable[[Request, Any], Response]
Step = Callable[[], Awaitable[None]]

JSON_PATHS = ("/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo")

# What an answer carries unless it says otherwise itself, and what a page carries besides.  Each
# header costs the server about as much as finding the route, so JSON gets none it has no use for.
HEADERS: Mapping[str, str] = {
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
}
PAGE_HEADERS: Mapping[str, str] = {"referrer-policy": "same-origin", "x-frame-options": "DENY"}

_MAX_TARGET_BYTES = 32 * 1024
_MAX_HEADERS = 200
_REQUEST_ID = re.compile(rb"\A[A-Za-z0-9._-]{8,64}\Z")
_CLIENT_CLOSED = 499  # never sent: what the log says when the other side hung up


class App:
    """The callable a server runs.

    *on_error* makes the page for an HTTPError where JSON is not wanted; *errors* says how an
    exception of ours becomes an answer (the nearest class wins); *before* may answer instead of
    the handler, or raise; *after* may add headers to what will be sent.  *startup* and *shutdown*
    belong to the server's lifespan.
    """

    def __init__(
        self,
        router: Router,
        *,
        on_error: ErrorPage | None = None,
        errors: Mapping[type[Exception], Translate] | None = None,
        before: Before | None = None,
        after: After | None = None,
        sockets: Iterable[SocketRoute] = (),
        cors_paths: Sequence[str] = CORS_PATHS,
        json_paths: Sequence[str] = JSON_PATHS,
        headers: Mapping[str, str] = HEADERS,
        page_headers: Mapping[str, str] = PAGE_HEADERS,
        trusted_proxies: Sequence[str] = LOOPBACK,
        upload_folder: Path | None = None,
        startup: Step | None = None,
        shutdown: Step | None = None,
    ) -> None:
        self.router = router
        self.proxies = Proxies(trusted_proxies)
        self._on_error = on_error
        self._errors = dict(errors or {})
        self._before = before
        self._after = after
        self._sockets: Table[SocketRoute] = Table(sockets)
        self._cors = Cors(cors_paths)
        self._json_paths = tuple(json_paths)
        self._headers = tuple(responses.raw_headers(headers))
        self._page_headers = tuple(responses.raw_headers({**headers, **page_headers}))
        self._upload_folder = upload_folder
        self._startup = startup
        self._shutdown = shutdown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one WebSocket, or the server's lifespan."""
        kind = scope["type"]
        if kind == "http":
            await self._serve(scope, receive, send)
        elif kind == "websocket":
            await self._serve_socket(scope, receive, send)
        else:
            await self._live(receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        request = Request(scope, receive, self.proxies, self._upload_folder)
        request.id = self._request_id(request)
        status, sent = _CLIENT_CLOSED, 0
        try:
            response = await self._respond(request)
            status, sent = await self._deliver(request, response, send)
        except ClientGone:
            pass
        finally:
            request.close()
            access_log.write(request, status, sent, perf_counter() - started)

    async def _respond(self, request: Request) -> Response:
        """The answer to *request*; raises nothing but ClientGone."""
        try:
            response = await self._dispatch(request)
        except ClientGone:
            raise
        except Exception as error:
            response = await self._refuse(request, error)
        if self._after is not None:
            try:
                self._after(request, response)
            except Exception as error:
                response = await self._refuse(request, error)
        return response

    async def _dispatch(self, request: Request) -> Response:
        scope = request.scope
        path = _wire_path(scope)
        if len(path) + len(request.query_string) > _MAX_TARGET_BYTES:
            raise HTTPError(414, "The address is too long.")
        if len(scope["headers"]) > _MAX_HEADERS:
            raise HTTPError(431, "There are too many headers.")
        method = request.method
        if method == "OPTIONS" and self._cors.is_preflight(request):
            return self._cors.preflight(request)
        match = self.router.match(method, path)
        if not isinstance(match, Match):
            return self._unmatched(method, match)
        request.route, request.params = match
        if self._before is not None:
            early = await self._before(request)
            if early is not None:
                return early
        return await match.route.handler(request)

    def _unmatched(self, method: str, match: MethodNotAllowed | None) -> Response:
        if match is None:
            raise HTTPError(404, "Not found")
        allow = {"allow": ", ".join((*match.allow, "OPTIONS"))}
        if method == "OPTIONS":
            return responses.text("", 204, allow)
        raise HTTPError(405, "This address does not take that method.", headers=allow)

    async def _refuse(self, request: Request, error: Exception) -> Response:
        """The answer to *error*; an error on the way to it becomes the plainest 500."""
        try:
            for kind in type(error).__mro__:
                if kind in self._errors:
                    return self._errors[kind](request, error)
            if not isinstance(error, HTTPError):
                self._log_failure(request, error)
                error = self._failure(request)
            if error.status == 413:
                await request.discard_body()
            if self._on_error is None or self._wants_json(request):
                return _error_json(error)
            return await self._on_error(request, error)
        except Exception as second:
            self._log_failure(request, second)
            return _error_json(self._failure(request))

    def _log_failure(self, request: Request, error: BaseException) -> None:
        log.error(
            "request %s failed: %s %s",
            request.id,
            request.method,
            access_log.target(request),
            exc_info=error,
        )

    def _failure(self, request: Request) -> HTTPError:
        return HTTPError(500, "Something went wrong here.", request_id=request.id)

    def _wants_json(self, request: Request) -> bool:
        if request.path.startswith(self._json_paths):
            return True
        accept = request.header("accept") or ""
        return "json" in accept and "text/html" not in accept

    async def _deliver(self, request: Request, response: Response, send: Send) -> tuple[int, int]:
        """Send *response*; its status and the bytes of its body."""
        body = getattr(response, "body", None)
        if body is None:
            return await self._deliver_parts(request, response, send)
        status = response.status_code
        head, squeezable = self._head(request, status, response.raw_headers)
        if squeezable and len(body) >= compression.MINIMUM_BYTES:
            head.append((b"vary", b"Accept-Encoding"))
            if compression.accepts(request.raw_header(b"accept-encoding")):
                body = await compression.squeeze(bytes(body))
                head = _squeezed(head, len(body))
        await send({"type": "http.response.start", "status": status, "headers": head})
        if request.method == "HEAD":
            body = b""
        await send({"type": "http.response.body", "body": body})
        return status, len(body)

    async def _deliver_parts(self, request: Request, response: Response, send: Send) -> tuple[int, int]:
        """Let *response* send itself, its head completed by us."""
        status = sent = 0
        only_head = request.method == "HEAD" and hasattr(response, "body_iterator")

        async def complete(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                head, _ = self._head(request, status, message["headers"])
                message = {**message, "headers": head}
            else:
                sent += len(message.get("body", b""))
            await send(message)

        try:
            if only_head:
                await complete(
                    {
                        "type": "http.response.start",
                        "status": response.status_code,
                        "headers": response.raw_headers,
                    }
                )
                await complete({"type": "http.response.body", "body": b""})
            else:
                await response(request.scope, request.receive, complete)
        except Exception as error:
            if status:
                # Too late for words: the server cuts the line, which is how HTTP says "not all".
                self._log_failure(request, error)
                raise
            return await self._deliver(request, await self._refuse(request, error), send)
        return status, sent

    def _head(
        self, request: Request, status: int, given: Iterable[tuple[bytes, bytes]]
    ) -> tuple[list[tuple[bytes, bytes]], bool]:
        """*given* and what is still missing; whether the body is text not yet compressed."""
        head = list(given)
        there = dict(head)
        content_type = there.get(b"content-type", b"")
        is_page = content_type.startswith(b"text/html")
        for header in self._page_headers if is_page else self._headers:
            if header[0] not in there:
                head.append(header)
        head.append((b"x-request-id", request.id.encode("ascii")))
        head += request.answer_headers
        if self._cors.covers(request.path):
            head += self._cors.headers(request)
        if status >= 400 and request.has_unread_body and request.scope["http_version"] < "2":
            head.append((b"connection", b"close"))
        squeezable = (
            b"content-encoding" not in there
            and status not in (204, 206, 304)
            and compression.is_text(content_type)
        )
        return head, squeezable

    def _request_id(self, request: Request) -> str:
        """A fresh id, or the one a proxy of ours gave already."""
        given = request.raw_header(b"x-request-id")
        if given and _REQUEST_ID.match(given) and self.proxies.trusts(request.scope):
            return str(given, "ascii")
        return token_hex(8)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = self._sockets.match(SOCKET, _wire_path(scope))
        if not isinstance(match, Match):
            await _deny(WebSocket(scope, receive, send), HTTPError(404, "Not found"))
            return
        scope["path_params"] = match.params
        scope["client_ip"] = self.proxies.client_ip(scope)
        socket = WebSocket(scope, receive, send)
        try:
            await match.route.handler(socket)
        except WebSocketDisconnect:
            pass
        except Exception as error:
            await _end_socket(socket, match.route.path, error)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            starting = message["type"] == "lifespan.startup"
            step = self._startup if starting else self._shutdown
            phase = "startup" if starting else "shutdown"
            try:
                if step is not None:
                    await step()
            except Exception as error:
                log.error("%s failed", phase, exc_info=error)
                await send({"type": f"lifespan.{phase}.failed", "message": str(error)})
                return
            await send({"type": f"lifespan.{phase}.complete"})
            if not starting:
                return


def _wire_path(scope: Scope) -> str:
    """The path as it came, percent-encoded; rebuilt where the server only kept the decoded one."""
    raw = scope.get("raw_path")
    if raw is None:
        return quote(scope["path"], safe="/:@!$&'()*+,;=~")
    return str(raw, "latin-1")


def _error_json(error: HTTPError) -> Response:
    return responses.error(error.status, error.message, headers=error.headers, **error.extra)


def _squeezed(head: list[tuple[bytes, bytes]], size: int) -> list[tuple[bytes, bytes]]:
    """*head* for the compressed body: another length, and an ETag that no longer vouches for bytes."""
    changed = [(b"content-encoding", b"gzip"), (b"content-length", b"%d" % size)]
    for name, value in head:
        if name == b"etag" and not value.startswith(b"W/"):
            changed.append((name, b"W/" + value))
        elif name != b"content-length":
            changed.append((name, value))
    return changed


async def _end_socket(socket: WebSocket, path: str, error: Exception) -> None:
    """A refusal before the socket was accepted is an HTTP answer; anything else closes with 1011."""
    if isinstance(error, HTTPError) and socket.application_state is WebSocketState.CONNECTING:
        await _deny(socket, error)
        return
    log.error("socket %s failed", path, exc_info=error)
    try:
        await socket.close(1011)
    except (RuntimeError, OSError):
        return  # closed already, by either side


async def _deny(socket: WebSocket, error: HTTPError) -> None:
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(_error_json(error))
    else:
        await socket.close()  # which servers without that extension turn into a 403
