"""What is elsewhere on loopback: a page that posts link to, a translator, and a push service."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><title>Essay</title><meta property="og:title" content="Essay">
<meta property="og:description" content="What it says"><meta property="og:image" content="/p.png">
<meta property="og:site_name" content="News"><meta name="author" content="Ann">
<meta property="article:published_time" content="2026-01-02T03:04:05Z">
<meta name="fediverse:creator" content="@alice@{domain}"><p>Words.</p></html>"""
LANGUAGES = [
    {"code": "en", "name": "English", "targets": ["en", "de"]},
    {"code": "de", "name": "German", "targets": ["en", "de"]},
]


@contextlib.contextmanager
def neighbour(picture: bytes) -> Iterator[ThreadingHTTPServer]:
    """It serves until the block is over; set `.domain` to that of the server whose alice wrote the page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/languages":
                self._say("application/json", json.dumps(LANGUAGES).encode())
            elif self.path.endswith(".png"):
                self._say("image/png", picture)
            else:
                self._say("text/html", PAGE.format(domain=self.server.domain).encode())  # type: ignore[attr-defined]

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path != "/translate":
                self._say("text/plain", b"", 201)
                return
            texts = json.loads(body)["q"]
            made = {
                "translatedText": [f"de[{one}]" for one in texts],
                "detectedLanguage": [{"language": "en", "confidence": 90} for _ in texts],
            }
            self._say("application/json", json.dumps(made).encode())

        def _say(self, kind: str, body: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.domain = ""  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
