"""Getting what other servers publish, and believing of it only what they may say.

A document is given out when it came from its own id, or from the id it named when it came from
elsewhere (parse/trust.py), with a type that no uploaded file is served as (F2.4).  Requests are signed,
in the way the server took last time.  Stores nothing but which signatures a server takes, opens no
transaction while it waits, never asks ourselves or a server the house does not speak with.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import quote

from stoa import ids
from stoa.core.house import House
from stoa.core.instances import health, policy
from stoa.federation import handles, signatures
from stoa.federation.missing import NotResolved
from stoa.federation.own_keys import INSTANCE, OwnKeys
from stoa.federation.parse import page as pages
from stoa.federation.parse.collection import RemoteCollection, parse_collection
from stoa.federation.parse.jsonld import NotUnderstood, id_of, load
from stoa.federation.parse.key import parse_key
from stoa.federation.parse.origins import host_of, same_origin
from stoa.federation.parse.trust import address_to_ask, require_owned
from stoa.federation.parse.webfinger import RemoteHandle, fill, lrdd_template, parse_jrd
from stoa.federation.pauses import retry_after
from stoa.federation.signatures import Scheme
from stoa.http_client import Fetched, HttpClient, NotFetched, Refused, TooLarge, Unreachable

AS_PROFILE = "https://www.w3.org/ns/activitystreams"
DOCUMENTS = f'application/activity+json, application/ld+json; profile="{AS_PROFILE}"'
PAGES = "text/html, application/xhtml+xml;q=0.9"
ANYTHING = f"{DOCUMENTS}, text/html;q=0.8"
JRD = "application/jrd+json, application/json"
XRD = "application/xrd+xml, application/xml;q=0.9"

# For how many servers we remember that they told us to stay away.
MAX_PAUSES = 10_000
# One that cannot be reached: what waits for it at this moment need not all find out for itself.
DEAD_MS = 5_000

_PROFILE = re.compile(r"profile\s*=\s*(?:\"([^\"]*)\"|([^\s;]+))", re.I)
_AGAIN = frozenset({400, 401, 403})
_LATER = frozenset({408, 421, 425, 429})


class Document(NamedTuple):
    """A document that can be believed, and the address it came from."""

    json: dict[str, Any]
    url: str


class NotThere(NotResolved):
    """Its server says that there is nothing (404); *gone*: any more (410)."""

    def __init__(self, uri: str, *, gone: bool) -> None:
        self.gone = gone
        super().__init__(uri, "it is gone" if gone else "there is nothing", final=True)


class Fetcher:
    """Asks other servers for documents, for everyone in the process."""

    def __init__(self, http: HttpClient, own_keys: OwnKeys, house: House) -> None:
        self._http = http
        self._keys = own_keys
        self._house = house
        self._pauses: dict[str, int] = {}  # host → when we may ask again

    async def document(self, uri: str, *, accept: str = DOCUMENTS, as_account: int = INSTANCE) -> Document:
        """The document at *uri* or, where that names another id, the one at that id.

        Its owner and its id are of the server that gave it.  Who needs exactly *uri* compares the id.
        Raises NotResolved.
        """
        return await self.believed(uri, await self.answer(uri, accept, as_account), as_account)

    async def believed(self, uri: str, answer: Fetched, as_account: int = INSTANCE) -> Document:
        """*answer*, which came for *uri*, as a document; fetched anew from its id if it came from
        elsewhere.  Raises NotResolved.
        """
        json, target = _read_as_owned(uri, answer)
        if target is not None:
            answer = await self.answer(target, DOCUMENTS, as_account)
            json, further = _read_as_owned(target, answer)
            if further is not None:
                raise NotResolved(uri, "what is at its id has another id", final=True)
        return Document(json, answer.url)

    async def owner_of_key(self, key_id: str) -> str:
        """Whom the key document *key_id* (or a stub of an actor that holds it) names as its owner, who
        has to be asked whether that is so.  Raises NotResolved.
        """
        answer = await self.answer(key_id, DOCUMENTS, INSTANCE)
        json = _read(key_id, answer)
        try:
            key = parse_key(json)
        except NotUnderstood as error:
            raise NotResolved(key_id, error.reason, final=True) from None
        if key.id != key_id:
            raise NotResolved(key_id, "what is there is another key", final=True)
        return key.owner

    async def collection(self, uri: str, *, as_account: int = INSTANCE) -> RemoteCollection:
        """The collection or page of one at *uri*, from the server of *uri*.  Raises NotResolved."""
        answer = await self.answer(uri, DOCUMENTS, as_account)
        json = _read(uri, answer)
        named = id_of(json)
        if not same_origin(answer.url, uri) or (named is not None and not same_origin(named, uri)):
            raise NotResolved(uri, "the collection is of another server", final=True)
        try:
            return parse_collection(json)
        except NotUnderstood as error:
            raise NotResolved(uri, error.reason, final=True) from None

    async def page(self, url: str) -> Fetched:
        """The web page at *url*, as its server gives it to everybody; that is no federation, and so
        may be any server's.  Raises NotResolved.
        """
        answer = await self._get(url, PAGES, None, None, with_query=True)
        self._require_ok(url, host_of(url) or "", answer)
        return answer

    async def webfinger(self, handle: str, *, scheme: str = "https") -> RemoteHandle:
        """What the server of *handle* says of it (RFC 7033), by host-meta where the usual place is
        empty (RFC 6415).  Not to be believed before the actor agrees.  Raises NotResolved.
        """
        asked = handles.parse(handle)
        if asked is None:
            raise NotResolved(handle, "that is no handle", final=True)
        resource = f"acct:{asked}"
        base = f"{scheme}://{asked.domain}/.well-known"
        try:
            answer = await self.answer(f"{base}/webfinger?resource={quote(resource, safe='')}", JRD, None)
        except NotThere as failure:
            if failure.gone:
                raise NotThere(resource, gone=True) from None
            template = lrdd_template((await self.answer(f"{base}/host-meta", XRD, None)).body)
            address = fill(template, {"uri": resource}) if template else None
            if address is None:
                raise NotThere(resource, gone=False) from None
            answer = await self.answer(address, JRD, None)
        try:
            return parse_jrd(load(answer.body))
        except NotUnderstood as error:
            raise NotResolved(resource, error.reason, final=True) from None

    async def answer(self, url: str, accept: str, as_account: int | None) -> Fetched:
        """A 2xx answer, of whatever type; signed by *as_account* (None: by nobody).

        Raises NotResolved: final where the server has said no, or is none we ask.
        """
        host = await self._require_allowed(url)
        tries = [(None, True)] if as_account is None else await self._ways(url, host)
        answer: Fetched | None = None
        for scheme, with_query in tries:
            answer = await self._get(url, accept, as_account, scheme, with_query=with_query)
            if answer.status not in _AGAIN:
                break
        if answer is None:
            raise NotResolved(url, "there is no way to ask", final=True)
        self._require_ok(url, host, answer)
        if not same_origin(answer.url, url):
            await self._require_allowed(answer.url)
        elif scheme is not None and scheme != tries[0][0]:
            async with self._house.db.write() as conn:
                await health.took(conn, host, scheme)
        return answer

    async def _get(
        self, url: str, accept: str, account: int | None, scheme: Scheme | None, *, with_query: bool
    ) -> Fetched:
        signer = None
        if account is not None and scheme is not None:
            pair = await self._keys.of(account)
            signer = signatures.signer(pair.rsa, scheme=scheme, with_query=with_query)
        try:
            return await self._http.get(url, accept=accept, signer=signer)
        except NotFetched as failure:
            if isinstance(failure, Unreachable) and (host := host_of(url)) is not None:
                self._pause(host, DEAD_MS)
            final = isinstance(failure, Refused | TooLarge)
            raise NotResolved(url, failure.reason, final=final) from None

    async def _ways(self, url: str, host: str) -> list[tuple[Scheme | None, bool]]:
        """In which ways to sign, the likely one first: a server that refuses one is asked in another
        (F4.10); GoToSocial once verified signatures without the query (F4.5).
        """
        async with self._house.db.read() as conn:
            likely = await health.scheme_of(conn, host)
        ways: list[tuple[Scheme | None, bool]] = [("cavage", True), ("rfc9421", True)]
        if likely == "rfc9421":
            ways.reverse()
        if "?" in url:
            ways.insert(ways.index(("cavage", True)) + 1, ("cavage", False))
        return ways

    async def _require_allowed(self, url: str) -> str:
        """The host of *url*, if we may ask it now."""
        host = host_of(url)
        if host is None:
            raise NotResolved(url, "that is no address", final=True)
        if same_origin(url, self._house.addresses.base):
            raise NotResolved(url, "that is this very server", final=True)
        async with self._house.db.read() as conn:
            if await policy.refuses(conn, self._house.settings, host):
                raise NotResolved(url, "this server does not speak with that one", final=True)
        until = self._pauses.get(host)
        if until is not None:
            if ids.now_ms() < until:
                raise NotResolved(url, "its server cannot be asked just now", final=False)
            del self._pauses[host]
        return host

    def _require_ok(self, url: str, host: str, answer: Fetched) -> None:
        if answer.is_ok:
            return
        if answer.status in (404, 410):
            raise NotThere(url, gone=answer.status == 410)
        later = answer.status >= 500 or answer.status in _LATER
        if later and (pause := retry_after(answer.headers, ids.now_ms())):
            self._pause(host, pause)
        raise NotResolved(url, f"the answer was {answer.status}", final=not later)

    def _pause(self, host: str, milliseconds: int) -> None:
        if len(self._pauses) >= MAX_PAUSES:
            self._pauses.pop(next(iter(self._pauses)))
        self._pauses[host] = ids.now_ms() + milliseconds


def is_document(content_type: str) -> bool:
    """Whether *content_type* is one of ActivityPub, and so of nothing that people upload (F2.4)."""
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    if kind == "application/activity+json":
        return True
    match = _PROFILE.search(parameters) if kind == "application/ld+json" else None
    return match is not None and AS_PROFILE in (match[1] or match[2] or "").split()


def is_page(content_type: str) -> bool:
    """Whether *content_type* is that of a web page."""
    return content_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")


def document_of(answer: Fetched) -> str | None:
    """The address of the document of which *answer*, a web page, is another form (F3.7)."""
    if not is_page(answer.content_type):
        return None
    return pages.document_of(answer.body, answer.url, answer.headers.get("link", ""))


def _read(uri: str, answer: Fetched) -> dict[str, Any]:
    if not is_document(answer.content_type):
        kind = answer.content_type[:60] or "nothing in particular"
        raise NotResolved(uri, f"it comes as {kind}, not as ActivityPub", final=True)
    try:
        return load(answer.body)
    except NotUnderstood as error:
        raise NotResolved(uri, error.reason, final=True) from None


def _read_as_owned(asked: str, answer: Fetched) -> tuple[dict[str, Any], str | None]:
    """The document, and None if it can be believed as what came for *asked*; else its id, to ask for."""
    json = _read(asked, answer)
    try:
        target = address_to_ask(json, answer.url)
        if target is not None and _bare(target) == _bare(asked) and same_origin(answer.url, asked):
            # Its own server led us on to where the id is kept (a slash at the end).
            require_owned(json)
            target = None
    except NotUnderstood as error:
        raise NotResolved(asked, error.reason, final=True) from None
    return json, target


def _bare(uri: str) -> str:
    return uri.partition("#")[0]
