"""`python -m bench.federation_in`: signed posts into the shared inbox until they stand in a home timeline.

The keys of all senders are known, as they are of whoever writes often.  CPU is that of the server, all
of it, until nothing is left to do; it is compared with one bare RSA-2048 verification by the same
library in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import socket
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench import load
from bench.process import Process
from bench.signatures import microseconds
from stoa import ids
from stoa import settings as stoa_settings
from stoa.core.accounts import store as accounts
from stoa.core.auth import store as users
from stoa.core.auth import tokens
from stoa.core.relationships import follow
from stoa.db import migrate
from stoa.federation import keys, remember
from stoa.federation.handles import Handle
from stoa.federation.parse.actor import parse_actor
from stoa.federation.signatures import Request, sign
from stoa.main import assemble

AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS}#Public"
AUTHORS = 50
FOLLOWERS = 10
WORDS = "The water is at two metres forty this morning, and nobody who reads the gauge seems to mind. "


class Author(NamedTuple):
    """Somebody elsewhere who writes."""

    uri: str
    key: keys.SigningKey


def _author(number: int, pem: str) -> Author:
    uri = f"https://server{number % 10}.example/users/author{number}"
    return Author(uri, keys.signing_key(f"{uri}#main-key", pem))


def build(folder: Path, environ: dict[str, str], authors: list[Author]) -> str:
    """People here who follow *authors* elsewhere; the token of one of them."""
    settings = stoa_settings.load(data=folder, environ=environ)
    migrate.bring_up_to_date(settings.database_url)

    async def run() -> str:
        async with assemble(settings) as assembled:
            house = assembled.house
            async with house.db.write() as conn:
                readers = []
                for number in range(FOLLOWERS):
                    reader = await accounts.add_local(conn, f"reader{number}", house.addresses)
                    await users.add(
                        conn, account_id=reader, email=f"reader{number}@mail.example", password_hash="-",
                        approved=True, confirmed=True,
                    )  # fmt: skip
                    readers.append(reader)
                for author in authors:
                    actor = parse_actor(_document(author))
                    met = await remember.remember(conn, actor, Handle(actor.username, actor.host))
                    for reader in readers:
                        await follow.follow(conn, reader, met.account_id)
                        await follow.accept(conn, met.account_id, reader)
                return await tokens.create(conn, scopes="read", account_id=readers[0])

    return asyncio.run(run())


def _document(author: Author) -> dict[str, object]:
    return {
        "@context": AS,
        "id": author.uri,
        "type": "Person",
        "preferredUsername": author.uri.rpartition("/")[2],
        "inbox": f"{author.uri}/inbox",
        "followers": f"{author.uri}/followers",
        "publicKey": {
            "id": author.key.id,
            "owner": author.uri,
            "publicKeyPem": keys.public_pem(author.key),
        },
    }


def deliveries(base: str, authors: list[Author], count: int) -> list[bytes]:
    """Signed requests, each with a post of its own, as they go over the wire."""
    made = []
    now = time.time()
    for number in range(count):
        # A millisecond apart, so that the last stands on top.
        published = ids.iso(int(now * 1000) - count + number)
        author = authors[number % len(authors)]
        note = {
            "id": f"{author.uri}/statuses/{number}",
            "type": "Note",
            "attributedTo": author.uri,
            "content": f"<p>{number}: {WORDS * 3}</p>",
            "published": published,
            "to": [PUBLIC],
            "cc": [f"{author.uri}/followers"],
            "tag": [],
            "attachment": [],
            "sensitive": False,
        }
        create = {
            "@context": AS, "id": f"{note['id']}/activity", "type": "Create", "actor": author.uri,
            "to": note["to"], "cc": note["cc"], "published": published, "object": note,
        }  # fmt: skip
        body = json.dumps(create).encode()
        host = base.partition("://")[2]
        request = Request(
            "POST", f"{base}/inbox", (("Host", host), ("Content-Type", "application/activity+json")), body
        )
        headers = {**dict(request.headers), **sign(request, author.key, now)}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        made.append(f"POST /inbox HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return made


def _has(port: int, token: str, uri: str) -> bool:
    """Whether the post whose id ends in *uri* stands among the newest of the home timeline."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/timelines/home?limit=40",
        headers={"authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return any(one["uri"].endswith(uri) for one in json.load(answer))


def _send(server: Process, token: str, requests: list[bytes], wanted: int) -> tuple[float, float]:
    """How many seconds, and how many of CPU, until all of them have had their effects."""
    before, begun = server.settled_cpu_seconds(), time.perf_counter()
    source: Iterator[bytes] = iter(requests)
    asyncio.run(
        load.run(
            server.port,
            lambda: itertools.chain(source, itertools.repeat(requests[-1])),
            seconds=600,
            most=len(requests),
            status=202,
        )
    )
    last = f"/statuses/{wanted}"
    while not _has(server.port, token, last):
        time.sleep(0.02)
    took = time.perf_counter() - begun
    return took, server.settled_cpu_seconds() - before


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m bench.federation_in")
    parser.add_argument("--posts", type=int, default=5_000, help="how many to deliver (5000)")
    options = parser.parse_args()
    pems = [keys.generate_rsa() for _ in range(5)]
    authors = [_author(number, pems[number % 5]) for number in range(AUTHORS)]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://localhost:{port}"
    key = keys.public_key("k", "o", pem=keys.public_pem(authors[0].key))
    text = b"x" * 300
    signature = authors[0].key.sign(text)
    bare = microseconds(lambda: key.verifies(signature, text))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = {"STOA_RATE_LIMITS": "off", "STOA_LOG_LEVEL": "warning", "STOA_PORT": str(port)}
        token = build(folder / "data", environ, authors)
        requests = deliveries(base, authors, options.posts)
        command = ["-m", "stoa.main", "serve", "--data", str(folder / "data"), "--port", str(port)]
        server = Process(command, port, {"PATH": os.environ["PATH"]} | environ, folder / "server.log")
        try:
            half = len(requests) // 2
            _send(server, token, requests[:half], half - 1)
            memory = server.memory_bytes(own=True)
            took, cpu = _send(server, token, requests[half:], len(requests) - 1)
            grown = server.memory_bytes(own=True) - memory
        finally:
            server.stop()
    count = len(requests) - half
    each = cpu / count * 1e6
    print(f"| | |\n|---|--:|\n| posts into {FOLLOWERS} home timelines, per second | {count / took:,.0f} |")
    print(f"| per second of one core's CPU | {count / cpu:,.0f} |\n| CPU us of each | {each:,.0f} |")
    print(f"| bare RSA verification, CPU us | {bare:.1f} |\n| ratio | {each / bare:.0f} |")
    print(f"| own memory grown over the second half, MiB | {grown / 2**20:.1f} |")


if __name__ == "__main__":
    main()
