"""Several servers on loopback that talk to each other, and the people who use them through the API."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from tests.live.serving import Server

T = TypeVar("T")
Servers = list[Server]

# A delivery that met a server without power twice is tried again after a minute and more.
PATIENCE_SECONDS = 150
TRIAL = {
    "STOA_ALLOW_NETWORKS": "127.0.0.0/8",
    "STOA_INSECURE_HTTP": "on",
    "STOA_REGISTRATIONS": "open",
    "STOA_RATE_LIMITS": "off",
}
_numbers = itertools.count(1)


def until(what: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """What *what* gives once it gives something true.  Fails with what it gave last."""
    deadline = time.monotonic() + seconds
    while True:
        found: Any = None
        with contextlib.suppress(Refused, OSError, http.client.HTTPException):
            found = what()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds} s in vain; last: {found!r}"
        time.sleep(0.1)


class Refused(Exception):
    """An answer that is no 2xx."""

    def __init__(self, status: int, body: str) -> None:
        self.status = status
        super().__init__(f"{status}: {body[:500]}")


@dataclass(frozen=True)
class Person:
    """Somebody with an account on *server*."""

    server: Server
    name: str
    token: str

    @property
    def domain(self) -> str:
        """What their handle ends in."""
        return urlsplit(self.server.base).netloc

    @property
    def handle(self) -> str:
        """`alice@localhost:8001`."""
        return f"{self.name}@{self.domain}"

    def ask(self, method: str, path: str, **fields: Any) -> Any:
        """The JSON of an answer.  Raises Refused."""
        return ask(self.server, method, path, token=self.token, **fields)

    def get(self, path: str, **query: Any) -> Any:
        """GET with *query*."""
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, text: str, **fields: Any) -> Any:
        """A new status."""
        return self.ask("POST", "/api/v1/statuses", status=text, **fields)

    def do(self, status_id: str, what: str) -> Any:
        """`favourite`, `reblog`, `pin`, …"""
        return self.ask("POST", f"/api/v1/statuses/{status_id}/{what}")

    def delete(self, status_id: str) -> Any:
        """Delete a status of one's own."""
        return self.ask("DELETE", f"/api/v1/statuses/{status_id}")

    def account(self, who: Person) -> str:
        """The id that *who* has here, fetched if need be; "" where they cannot be had (yet)."""
        found = self.get("/api/v2/search", q=f"@{who.handle}", resolve="true", type="accounts")
        return next((str(one["id"]) for one in found["accounts"] if one["username"] == who.name), "")

    def follow(self, who: Person) -> None:
        """Follow, and wait until it stands."""
        account_id = until(lambda: self.account(who))
        self.ask("POST", f"/api/v1/accounts/{account_id}/follow")
        until(lambda: self.relationship(who)["following"])

    def relationship(self, who: Person) -> Any:
        """How one stands to *who*."""
        return self.get("/api/v1/accounts/relationships", **{"id[]": self.account(who)})[0]

    def home(self) -> list[Any]:
        """The home timeline."""
        found: list[Any] = self.get("/api/v1/timelines/home", limit=40)
        return found

    def sees(self, uri: str) -> Any:
        """The status with that *uri* in the home timeline; None if it is not there."""
        return next((one for one in self.home() if (one["reblog"] or one)["uri"] == uri), None)

    def told(self, kind: str, **about: Any) -> list[Any]:
        """Notifications of that kind."""
        found: list[Any] = self.get("/api/v1/notifications", **{"types[]": kind, "limit": 40}, **about)
        return found

    def find(self, uri: str) -> Any:
        """The status at *uri*, fetched if need be; None if it cannot be had."""
        found = self.get("/api/v2/search", q=uri, resolve="true", type="statuses")["statuses"]
        return found[0] if found else None

    def status(self, status_id: str) -> Any:
        """A status by its id here."""
        return self.get(f"/api/v1/statuses/{status_id}")


def ask(server: Server, method: str, path: str, *, token: str | None = None, **fields: Any) -> Any:
    """The JSON of an answer of the API.  Raises Refused."""
    connection = http.client.HTTPConnection("localhost", server.port, timeout=30)
    headers = {"content-type": "application/json", "accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    try:
        connection.request(method, quote(path, safe="/?&=%:@[]+,"), json.dumps(fields) if fields else None,
                           headers)  # fmt: skip
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise Refused(answer.status, text)
    return json.loads(text) if text else None


def arrive(server: Server, name: str, *options: str) -> Person:
    """Somebody new on *server*, whose user name begins with *name*; *options* of `account create`."""
    username = f"{name}{next(_numbers)}"
    email = f"{username}@mail.example"
    server.command("account", "create", username, "--email", email, "--password", "long enough", *options)
    return Person(server, username, server.command("token", "create", username))


@contextlib.contextmanager
def fediverse(folder: Path, databases: list[str]) -> Iterator[list[Server]]:
    """A server for each of *databases* (addresses; "" for a SQLite file of its own)."""
    servers = []
    for number, url in enumerate(databases):
        place = folder / f"server{number}"
        place.mkdir(parents=True)
        settings = dict(TRIAL, **({"STOA_DATABASE_URL": url} if url else {}))
        servers.append(Server(place / "data", **settings))
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            if server.process and server.process.poll() is None:
                server.kill()


def again(server: Server) -> None:
    """Kill the server as if the power went, and start it again."""
    server.kill()
    server.start()


def follower_and_author(servers: Servers) -> tuple[Person, Person]:
    """Bob on the second server follows Alice on the first."""
    alice, bob = arrive(servers[0], "alice"), arrive(servers[1], "bob")
    bob.follow(alice)
    until(lambda: alice.told("follow"))
    return alice, bob
