"""A real server in a process of its own, and a browser without JavaScript."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock
from urllib.parse import urlencode, urljoin

from stoa import settings as stoa_settings
from stoa.core.house import House
from stoa.main import assemble
from stoa.main.cli import main
from tests.web.pages.filling import Form, _Reader

START_SECONDS = 30

T = TypeVar("T")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """`stoa serve` on *data*; `stop` and `kill` end it, `start` begins again on the same port."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        home = {"PATH": os.environ["PATH"], "HOME": str(data.parent), "STOA_BASE_URL": self.base}
        self._environ = {**home, **settings}
        self._log = data.parent / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start and wait until it answers."""
        words = ["serve", "--data", str(self.data), "--port", str(self.port), *options]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "stoa.main", *words], env=self._environ, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.base}/api/v1/instance", timeout=5).close()
                return
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.05)

    def stop(self) -> int:
        """SIGTERM; how it ended."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        """SIGKILL: as if the power went."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def cli(self, *words: str) -> str:
        """What `stoa WORDS` prints, beside the running server."""
        done = subprocess.run(
            [sys.executable, "-m", "stoa.main", *words, "--data", str(self.data)],
            env=self._environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def command(self, *words: str) -> str:
        """The same from this process beside the server's: to begin one of its own takes seconds."""
        said = io.StringIO()
        with mock.patch.dict(os.environ, self._environ, clear=True), contextlib.redirect_stdout(said):
            main([*words, "--data", str(self.data)])
        return said.getvalue().strip()

    def within(self, do: Callable[[House], Awaitable[T]]) -> T:
        """What *do* gives, done on the house itself beside the running server."""
        settings = stoa_settings.load(data=self.data, port=self.port, environ=self._environ)

        async def run() -> T:
            async with assemble(settings) as assembled:
                return await do(assembled.house)

        return asyncio.run(run())


@contextlib.contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Server]:
    """A server with its data under *folder*, gone afterwards."""
    server = Server(folder / "data", STOA_REGISTRATIONS="open", STOA_RATE_LIMITS="off", **settings)
    server.start()
    try:
        yield server
    finally:
        if server.process and server.process.poll() is None:
            server.kill()


class Page:
    """What a browser got, and from where after all redirects."""

    def __init__(self, url: str, text: str) -> None:
        self.url = url
        self.text = text

    @property
    def forms(self) -> list[Form]:
        """The forms sent by POST, in order."""
        reader = _Reader()
        reader.feed(self.text)
        return [form for form in reader.forms if form.method == "post"]


class Browser:
    """Follows redirects, keeps cookies, fills in forms; knows no JavaScript."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> Page:
        """The page at *url*."""
        return self._open(urllib.request.Request(urljoin(self._base, url)))

    def send(self, page: Page, form: Form, **filled: Any) -> Page:
        """What comes after *form* was sent with its fields *filled*."""
        body = urlencode({**form.fields, **filled}).encode()
        address = urljoin(page.url, form.action)
        return self._open(urllib.request.Request(address, data=body))

    def _open(self, request: urllib.request.Request) -> Page:
        request.add_header("Accept", "text/html")
        with self._opener.open(request, timeout=30) as answer:
            return Page(answer.url, answer.read().decode())

    def allow(self, authorize_url: str, email: str, password: str) -> str:
        """Sign in where asked to, let the app in, and read the code that is shown."""
        page = self.get(authorize_url)
        if "password" in page.forms[0].fields:
            page = self.send(page, page.forms[0], email=email, password=password)
        page = self.send(page, page.forms[0])
        found = re.search(r"code=([\w-]+)", page.url) or re.search(r"<code[^>]*>([\w-]+)</code>", page.text)
        assert found, page.text
        return found[1]
