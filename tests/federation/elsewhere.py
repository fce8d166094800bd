"""Other servers, in process: documents by their address, actors with real keys, signed deliveries.

carol = elsewhere.actor("carol@there.example")
answer = await elsewhere.deliver(client, carol, carol.create("<p>Hello.</p>"))
await door.incoming.drain()
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from stoa.federation import keys, proofs, signatures
from stoa.federation.signatures import Request, Scheme
from stoa.http_client import Fetched, HttpClient, Signer, Unreachable
from stoa.settings import Settings
from tests.client import Answer, Client
from tests.federation import keyring

AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS}#Public"
ACTIVITY_JSON = "application/activity+json"
CONTEXT = [AS, "https://w3id.org/security/v1", "https://w3id.org/security/data-integrity/v1"]

_numbers = itertools.count(1)

Document = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request that we made of another server."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body of a delivery."""
        return json.loads(self.body)


@dataclass
class Actor:
    """Somebody elsewhere: their *document* as their server shows it, and what they sign with."""

    uri: str
    username: str
    domain: str
    document: Document
    rsa: keys.SigningKey
    ed25519: keys.SigningKey

    @property
    def acct(self) -> str:
        """`carol@there.example`."""
        return f"{self.username}@{self.domain}"

    @property
    def inbox(self) -> str:
        """Where they are delivered to."""
        return f"{self.uri}/inbox"

    @property
    def followers(self) -> str:
        """Their followers collection."""
        return f"{self.uri}/followers"

    def note(self, content: str = "<p>Hello.</p>", **said: Any) -> Document:
        """A public post of theirs; *said* adds or replaces properties."""
        number = next(_numbers)
        return {
            "@context": CONTEXT,
            "id": f"{self.uri}/statuses/{number}",
            "type": "Note",
            "attributedTo": self.uri,
            "content": content,
            "published": _now(),
            "to": [PUBLIC],
            "cc": [self.followers],
            **said,
        }

    def activity(self, kind: str, obj: Any, **said: Any) -> Document:
        """An activity of theirs on *obj* (an id or a document)."""
        around = obj if isinstance(obj, dict) else {}
        return {
            "@context": CONTEXT,
            "id": f"{self.uri}#{kind.lower()}/{next(_numbers)}",
            "type": kind,
            "actor": self.uri,
            "object": obj,
            **{name: around[name] for name in ("to", "cc", "published") if name in around},
            **said,
        }

    def create(self, content: str = "<p>Hello.</p>", **said: Any) -> Document:
        """A Create of a public post."""
        return self.activity("Create", self.note(content, **said))

    def proved(self, document: Document) -> Document:
        """*document* with an integrity proof of theirs."""
        return proofs.sign(document, self.ed25519, time.time())


@dataclass
class Broken:
    """A server that cannot be reached; *tried* counts how often it was."""

    tried: int = field(default=0)


class Elsewhere(HttpClient):
    """The way out of the house under test: `documents` says what is where, `asked` what was asked."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.home = settings.base_url
        self.documents: dict[str, Any] = {}
        self.asked: list[Asked] = []
        self.broken: dict[str, Broken] = {}
        self.answer_post: Callable[[Asked], int] = lambda asked: 202

    # What the house uses.

    async def get(self, url: str, *, accept: str, signer: Signer | None = None, **limits: Any) -> Fetched:
        """What `documents` has at *url*: a dict, a Fetched, a status, a function of the Asked, or 404."""
        # What the real one refuses is refused here.
        url = self._location(url).url
        headers = {"host": urlsplit(url).netloc, "accept": accept}
        if signer is not None:
            headers |= signer("GET", url, headers, b"")
        asked = self._note(Asked("GET", url, headers))
        found = self.documents.get(url.partition("#")[0], 404)
        if callable(found):
            found = found(asked)
            if hasattr(found, "__await__"):
                found = await found
        if isinstance(found, Fetched):
            if limits.get("into") is not None:
                limits["into"].write(found.body)
            return found
        if isinstance(found, int):
            return Fetched(found, url, {}, b"")
        kind = "application/jrd+json" if "/.well-known/webfinger" in url else ACTIVITY_JSON
        return Fetched(200, url, {"content-type": kind}, json.dumps(found).encode())

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        signer: Signer | None = None,
        **limits: Any,
    ) -> Fetched:
        """Notes the delivery and answers what `answer_post` says, 202 to begin with."""
        url = self._location(url).url
        sent = {"host": urlsplit(url).netloc, **headers}
        if signer is not None:
            sent |= signer("POST", url, sent, body)
        asked = self._note(Asked("POST", url, sent, body))
        return Fetched(self.answer_post(asked), url, {}, b"")

    async def close(self) -> None:
        """Nothing to close."""

    def _note(self, asked: Asked) -> Asked:
        self.asked.append(asked)
        broken = self.broken.get(urlsplit(asked.url).netloc)
        if broken is not None:
            broken.tried += 1
            raise Unreachable(asked.url, "no connection could be made")
        return asked

    # What a test uses.

    @property
    def fetched(self) -> list[str]:
        """The addresses that were asked for, in order."""
        return [one.url for one in self.asked if one.method == "GET"]

    @property
    def delivered(self) -> list[Asked]:
        """What was delivered, in order."""
        return [one for one in self.asked if one.method == "POST"]

    def actor(self, acct: str = "carol@there.example", *, scheme: str = "https", **said: Any) -> Actor:
        """Somebody whose document and handle their server shows; *said* adds or replaces properties of
        the document.
        """
        username, domain = acct.split("@")
        uri = f"{scheme}://{domain}/users/{username}"
        actor = Actor(uri, username, domain, {}, keyring.rsa(uri), keyring.ed25519(uri))
        actor.document |= {
            "@context": CONTEXT,
            "id": uri,
            "type": "Person",
            "preferredUsername": username,
            "name": username.title(),
            "summary": "",
            "url": f"{scheme}://{domain}/@{username}",
            "inbox": actor.inbox,
            "outbox": f"{uri}/outbox",
            "followers": actor.followers,
            "following": f"{uri}/following",
            "endpoints": {"sharedInbox": f"{scheme}://{domain}/inbox"},
            "publicKey": {
                "id": actor.rsa.id,
                "owner": uri,
                "publicKeyPem": keys.public_pem(actor.rsa),
            },
            "assertionMethod": [
                {
                    "id": actor.ed25519.id,
                    "type": "Multikey",
                    "controller": uri,
                    "publicKeyMultibase": keys.public_multibase(actor.ed25519),
                }
            ],
            **said,
        }
        self.documents[uri] = actor.document
        self.webfinger(acct, uri, scheme=scheme)
        return actor

    def webfinger(self, acct: str, uri: str, *, scheme: str = "https", subject: str | None = None) -> None:
        """Have the server of *acct* say that it is *uri*."""
        domain = acct.split("@")[1]
        for resource in (quote(f"acct:{acct}", safe=""), f"acct:{acct}"):
            self.documents[f"{scheme}://{domain}/.well-known/webfinger?resource={resource}"] = {
                "subject": f"acct:{subject or acct}",
                "links": [{"rel": "self", "type": ACTIVITY_JSON, "href": uri}],
            }

    def put(self, document: Document) -> str:
        """Have *document* at its id, which is returned."""
        address: str = document["id"]
        self.documents[address] = document
        return address

    async def deliver(
        self,
        client: Client,
        actor: Actor,
        activity: Document | bytes,
        *,
        inbox: str = "/inbox",
        scheme: Scheme = "cavage",
        key: keys.SigningKey | None = None,
        headers: Mapping[str, str] | None = None,
        signed: Mapping[str, str] | None = None,
        at: float | None = None,
    ) -> Answer:
        """The answer of *inbox* (a path here) to *activity*, signed by *actor* or by *key*, with *headers*
        more or others than what was signed; *signed* are more that were.
        """
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        sent = {"host": urlsplit(self.home).netloc, "content-type": ACTIVITY_JSON, **(signed or {})}
        request = Request("POST", self.home + inbox, tuple(sent.items()), body)
        now = time.time() if at is None else at
        sent |= signatures.sign(request, key or actor.rsa, now, scheme=scheme)
        return await client.post(inbox, body=body, headers={**sent, **(headers or {})})


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
