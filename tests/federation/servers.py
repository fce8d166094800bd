"""Other servers, as far as they are asked: what is put at an address is what comes from there.

Everything before the socket is the real client: which addresses are refused, how redirects are
followed, what is signed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from stoa.http_client import Fetched, HttpClient, Location, Unreachable
from stoa.settings import Settings

AS = "https://www.w3.org/ns/activitystreams"
ACTIVITY = "application/activity+json"
JRD = "application/jrd+json"


@dataclass(frozen=True)
class Asked:
    """A request that was made."""

    url: str
    headers: Mapping[str, str]

    @property
    def signed(self) -> bool:
        """Whether it bears a signature of either kind."""
        return bool({"Signature", "signature"} & set(self.headers))


@dataclass
class Answer:
    """What is at an address."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Servers(HttpClient):
    """`put` documents, look at `asked`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.answers: dict[str, Answer | Callable[[Asked], Answer]] = {}
        self.asked: list[Asked] = []
        self.dead: set[str] = set()

    def put(
        self, url: str, document: Any = None, *, kind: str = ACTIVITY, status: int = 200, **headers: str
    ) -> None:
        """Have *document* (JSON, or bytes) at *url*."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[url] = Answer(body, status, ({"content-type": kind} if kind else {}) | named)

    def redirect(self, url: str, to: str) -> None:
        """Have *url* lead on."""
        self.put(url, status=302, location=to)

    def actor(self, acct: str, *, handle: str | None = None, **said: Any) -> dict[str, Any]:
        """An actor of *acct* with its WebFinger answer (under *handle*, if it has another)."""
        username, _, host = acct.partition("@")
        uri = said.get("id", f"https://{host}/users/{username}")
        document = {
            "@context": AS, "id": uri, "type": "Person", "preferredUsername": username,
            "inbox": f"{uri}/inbox", "outbox": f"{uri}/outbox", "followers": f"{uri}/followers",
            "url": f"https://{host}/@{username}", **said,
        }  # fmt: skip
        self.put(uri, document)
        self.webfinger(acct, uri, subject=handle)
        if handle is not None:
            self.webfinger(handle, uri)
        return document

    def webfinger(self, acct: str, actor: str, *, subject: str | None = None) -> None:
        """The server of *acct* says that *actor* is behind it."""
        username, _, host = acct.partition("@")
        self.put(
            f"https://{host}/.well-known/webfinger?resource=acct%3A{username}%40{host}",
            {
                "subject": f"acct:{subject or acct}",
                "links": [{"rel": "self", "type": ACTIVITY, "href": actor}],
            },
            kind=JRD,
        )

    def note(self, uri: str, author: str, **said: Any) -> dict[str, Any]:
        """A public post."""
        document = {
            "@context": AS, "id": uri, "type": "Note", "attributedTo": author, "to": [f"{AS}#Public"],
            "cc": [], "content": "<p>Hello.</p>", "published": "2026-01-02T03:04:05Z", **said,
        }  # fmt: skip
        self.put(uri, document)
        return document

    def collection(self, uri: str, items: list[Any], **said: Any) -> dict[str, Any]:
        """A collection on one page."""
        document = {"@context": AS, "id": uri, "type": "OrderedCollection", "orderedItems": items, **said}
        self.put(uri, document)
        return document

    def times(self, url: str) -> int:
        """How often *url* was asked for."""
        return sum(one.url == url for one in self.asked)

    async def _ask(
        self, method: str, location: Location, headers: Mapping[str, str], body: bytes,
        limit: int | None, into: BinaryIO | None = None,
    ) -> Fetched:  # fmt: skip
        asked = Asked(location.url, dict(headers))
        self.asked.append(asked)
        if location.host in self.dead:
            raise Unreachable(location.url, "no connection could be made")
        found = self.answers.get(location.url)
        if found is None:
            return Fetched(404, location.url, {}, b"")
        answer = found(asked) if callable(found) else found
        if into is not None:
            into.write(answer.body)
        return Fetched(answer.status, location.url, answer.headers, answer.body if into is None else b"")
