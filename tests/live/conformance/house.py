"""The servers, who lives there, and their tokens."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stoa.core.auth import tokens
from stoa.core.house import House
from tests.core.media.pictures import encoded, quartered
from tests.live.conformance.asking import Asker, Tokens
from tests.live.conformance.findings import Findings
from tests.live.conformance.neighbour import neighbour
from tests.live.fediverse import TRIAL, Person, arrive
from tests.live.serving import Server
from tests.make import Make

EVERYTHING = "read write follow push profile admin:read admin:write"
PEOPLE = ("alice", "bob", "carol", "dave", "erin")
PNG = encoded(quartered((80, 60)), "PNG")


@dataclass
class Village:
    """What the calls work with: accounts by name, and what was made so far."""

    ask: Asker
    server: Server
    elsewhere: Server
    site: str  # of the neighbour, without a slash
    ids: dict[str, str]
    rita: Person  # lives elsewhere
    postgresql: bool
    made: dict[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def village(folder: Path, databases: list[str], findings: Findings) -> Iterator[Village]:
    """Two servers with *databases* ("" for a SQLite file), and people in both."""
    with neighbour(PNG) as beside, contextlib.ExitStack() as stack:
        site = f"http://127.0.0.1:{beside.server_address[1]}"
        more = {
            "STOA_TRANSLATION": "libretranslate", "STOA_TRANSLATION_URL": site,
            "STOA_TRANSLATION_PRIVATE": "on", "STOA_CONTACT_EMAIL": "us@mail.example",
        }  # fmt: skip
        servers = []
        for name, url in zip(("here", "there"), databases, strict=True):
            place = folder / name
            place.mkdir(parents=True)
            settings = TRIAL | more | ({"STOA_DATABASE_URL": url} if url else {})
            server = Server(place / "data", **settings)
            server.start()
            stack.callback(_end, server)
            servers.append(server)
        here, there = servers
        beside.domain = f"localhost:{here.port}"  # type: ignore[attr-defined]
        ids, known = here.within(_people)
        asker = Asker(here, findings, known)
        yield Village(asker, here, there, site, ids, arrive(there, "rita"), bool(databases[0]))


def _end(server: Server) -> None:
    if server.process and server.process.poll() is None:
        server.kill()


async def _people(house: House) -> tuple[dict[str, str], Tokens]:
    make = Make(house)
    people = {
        name: await make.account(name, display_name=name.title(), discoverable=True, locked=name == "dave")
        for name in PEOPLE
    }
    for name, more in (("waits", False), ("waits too", False), ("leaves", True)):
        people[name] = await make.account(name.replace(" ", "_"), approved=more, discoverable=True)
    people["admin"] = await make.account("admin", role="owner", discoverable=True)
    people["unconfirmed"] = await make.account("unconfirmed", confirmed=False)
    of = {name: await make.token(person, EVERYTHING) for name, person in people.items()}
    async with house.db.write() as conn:
        of["app"] = await tokens.create(conn, scopes="read write")
    alice = people["alice"]
    narrow = [await make.token(alice, scopes) for scopes in ("write:reports", "push")]
    return {name: str(person.id) for name, person in people.items()}, Tokens(of, *narrow)
