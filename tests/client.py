"""A client that speaks ASGI to the application directly: no socket, no thread, no cookies by magic."""

from __future__ import annotations

import asyncio
import json as jsonlib
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.types import ASGIApp, Message


class Answer:
    """Status, headers and body of a response."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.header_list = [(k.decode().lower(), v.decode("latin-1")) for k, v in headers]
        self.headers = dict(self.header_list)
        self.body = body

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return jsonlib.loads(self.body)

    def ok(self) -> Any:
        """The JSON of a successful answer; shows the answer where it was none."""
        assert 200 <= self.status < 300, f"{self.status}: {self.text[:2000]}"
        return self.json

    @property
    def links(self) -> dict[str, str]:
        """rel → address of the Link header."""
        found = {}
        for part in self.headers.get("link", "").split(", "):
            if "; " in part:
                address, rel = part.split("; ", 1)
                found[rel.removeprefix('rel="').rstrip('"')] = address.strip("<>")
        return found


class Client:
    """`await client.get("/api/v1/…", token=alice.token)`.  Cookies are kept, as in a browser."""

    def __init__(self, app: ASGIApp, *, ip: str = "127.0.0.1") -> None:
        self.app = app
        self.ip = ip
        self.cookies: dict[str, str] = {}
        self.patient = False  # leaves only when the answer is whole, as long as that may take

    async def get(self, url: str, **options: Any) -> Answer:
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Any) -> Answer:
        return await self.request("POST", url, **options)

    async def put(self, url: str, **options: Any) -> Answer:
        return await self.request("PUT", url, **options)

    async def patch(self, url: str, **options: Any) -> Answer:
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str, **options: Any) -> Answer:
        return await self.request("DELETE", url, **options)

    async def request(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        json: Any = None,
        form: Any = None,
        query: Any = None,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """*form* is urlencoded (or multipart together with *files*: name → (filename, bytes, type))."""
        parts = urlsplit(url)
        query_string = parts.query
        if query:
            query_string = "&".join(filter(None, [query_string, urlencode(query, doseq=True)]))
        sent = {"host": "localhost:8000", "accept": "*/*", **(headers or {})}
        if token:
            sent["authorization"] = f"Bearer {token}"
        if self.cookies:
            sent["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if files is not None:
            body, sent["content-type"] = _multipart(form or {}, files)
        elif json is not None:
            body = jsonlib.dumps(json).encode()
            sent.setdefault("content-type", "application/json")
        elif form is not None:
            body = urlencode(form, doseq=True).encode()
            sent.setdefault("content-type", "application/x-www-form-urlencoded")
        body = body or b""
        if body or method in ("POST", "PUT", "PATCH"):
            sent["content-length"] = str(len(body))
        return await self._send(method, parts.path, query_string, sent, body)

    async def _send(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        from urllib.parse import quote, unquote

        raw_path = quote(path, safe="/%:@!$&'()*+,;=~")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(raw_path),
            "raw_path": raw_path.encode(),
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
            "client": (self.ip, 40000),
            "server": ("127.0.0.1", 8000),
        }
        messages: list[Message] = []
        incoming = [{"type": "http.request", "body": body, "more_body": False}]

        whole = asyncio.Event()

        async def receive() -> Message:
            if not incoming and self.patient:
                await whole.wait()
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                whole.set()

        await self.app(scope, receive, send)
        start = next(m for m in messages if m["type"] == "http.response.start")
        content = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
        answer = Answer(start["status"], list(start["headers"]), content)
        for name, value in answer.header_list:
            if name == "set-cookie":
                self._keep(value)
        return answer

    def _keep(self, header: str) -> None:
        for name, morsel in SimpleCookie(header).items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value


def _multipart(form: Any, files: dict[str, tuple[str, bytes, str]]) -> tuple[bytes, str]:
    boundary = "village-boundary"
    chunks: list[bytes] = []
    pairs = form.items() if isinstance(form, dict) else form
    for name, value in pairs:
        chunks.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        )
    for name, (filename, content, kind) in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
        chunks.append(f"--{boundary}\r\n{head}\r\nContent-Type: {kind}\r\n\r\n".encode())
        chunks.append(content + b"\r\n")
    chunks.append(f"--{boundary}--\r\n".encode())
    return b"".join(chunks), f"multipart/form-data; boundary={boundary}"
