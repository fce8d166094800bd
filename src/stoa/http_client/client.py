"""One client for a process: get, post, close.  See the package for what it promises."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from ipaddress import ip_network
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urljoin, urlsplit

from stoa.http_client.addresses import permitted
from stoa.http_client.errors import (
    BadAnswer,
    BadStatus,
    NotFetched,
    Refused,
    TooSlow,
    Unreachable,
)
from stoa.http_client.urls import PORTS, Location, normalise_host, parse
from stoa.settings import Settings

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

    from stoa.http_client.connecting import Dns, Resolve
    from stoa.http_client.posting import Poster

MAX_REDIRECTS = 3
DOCUMENT_BYTES = 1024 * 1024
GET_SECONDS = 15.0
POST_SECONDS = 30.0
ASIDE_BYTES = 64 * 1024
ASIDE_SECONDS = 3.0

_REDIRECTS = (301, 302, 303, 307, 308)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]{0,8000}")

# (method, url, headers, body) to headers to add.  The url and the headers are those that are sent.
Signer = Callable[[str, str, Mapping[str, str], bytes], Mapping[str, str]]

_log = logging.getLogger("stoa.http_client")


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: *url* is where it came from in the end, *headers* have lower-case names (repeated ones
    joined by `, `), *body* is unpacked.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The Content-Type with its parameters, as sent; empty without one."""
        return self.headers.get("content-type", "")

    @property
    def is_ok(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300

    def require_ok(self) -> Fetched:
        """Itself; raises BadStatus unless it is a 2xx."""
        if not self.is_ok:
            raise BadStatus(self.url, self.status)
        return self


class HttpClient:
    """Fetches and delivers.  Its one session is opened by the first request; `close` ends it."""

    def __init__(
        self,
        settings: Settings,
        *,
        resolve: Resolve | None = None,
        ssl_context: ssl.SSLContext | None = None,
        anywhere: bool = False,
    ) -> None:
        """For the server of *settings*.  *resolve* (name to addresses) and *ssl_context* stand in for
        those of this machine; addresses are checked whoever resolved them.

        *anywhere*: to any address and port, also by plain http and past the proxy, but following no
        redirect.  For addresses that the administrator wrote down alone, never for one from outside.
        """
        networks = ("0.0.0.0/0", "::/0") if anywhere else settings.allow_networks
        self._anywhere = anywhere
        self._insecure = anywhere or settings.insecure_http == "on"
        self._opened = tuple(ip_network(network) for network in networks)
        self._proxy = None if anywhere else settings.http_proxy or None
        self._agent = f"Stoa/{version('stoa')} (+{settings.base_url})"
        self._own = _own(settings)
        self._resolve = resolve
        self._ssl = ssl_context
        self._session: ClientSession | None = None
        self._poster: Poster | None = None
        self._dns: Dns | None = None
        if self._opened and not anywhere:
            _log.warning(
                "STOA_ALLOW_NETWORKS lets other servers make us call %s; for trials only",
                ", ".join(networks),
            )
        if self._insecure and not anywhere:
            _log.warning("STOA_INSECURE_HTTP lets us speak plain http with other servers; for trials only")

    async def get(
        self,
        url: str,
        *,
        accept: str,
        signer: Signer | None = None,
        limit_bytes: int = DOCUMENT_BYTES,
        deadline: float = GET_SECONDS,
        into: BinaryIO | None = None,
    ) -> Fetched:
        """What is at *url*, whatever its status, after at most MAX_REDIRECTS redirects.  Where the status
        is not a 2xx, a body that is long or broken is left out.  With *into* (an open file) the body of a
        2xx is written there and not held in memory.

        With a *signer* each request to the host of *url* is signed anew; one to another host, where a
        redirect led, is not signed.  *deadline* is in seconds for all of it.  Raises NotFetched.
        """
        location = self._location(url)
        first = location
        try:
            async with asyncio.timeout(deadline):
                for _ in range(MAX_REDIRECTS + 1):
                    headers = self._headers(location, {"Accept": accept, "Accept-Encoding": "gzip"})
                    if signer is not None and _same_host(location, first):
                        headers = self._signed(signer, "GET", location, headers, b"")
                    answer = await self._ask("GET", location, headers, b"", limit_bytes, into)
                    target = answer.headers.get("location")
                    if answer.status not in _REDIRECTS or target is None or self._anywhere:
                        return answer
                    location = self._location(_joined(location.url, target))
        except TimeoutError:
            raise TooSlow(url, f"there was no answer within {deadline:g} seconds") from None
        raise Refused(url, f"there are more than {MAX_REDIRECTS} redirects")

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        signer: Signer | None = None,
        deadline: float = POST_SECONDS,
    ) -> Fetched:
        """The answer to *body*, whatever its status; a redirect is an answer and not followed.

        The answer's body is empty if it is long or broken: it was delivered or not, whatever the answer
        goes on to say.  Raises NotFetched.
        """
        location = self._location(url)
        sent = self._headers(location, {**headers, "Accept-Encoding": "identity"})
        if signer is not None:
            sent = self._signed(signer, "POST", location, sent, body)
        try:
            async with asyncio.timeout(deadline):
                if self._proxy:
                    return await self._ask("POST", location, sent, body, None)
                status, answered, content = await self._opened_poster().post(location, sent, body)
                return Fetched(status, location.url, answered, content)
        except NotFetched as failed:
            raise type(failed)(location.url, failed.reason) from None
        except TimeoutError:
            raise TooSlow(url, f"there was no answer within {deadline:g} seconds") from None

    async def ask(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        limit_bytes: int = DOCUMENT_BYTES,
        deadline: float = POST_SECONDS,
    ) -> Fetched:
        """As post, for what is worth nothing without its answer: that is read as `get` reads it."""
        location = self._location(url)
        sent = self._headers(location, {**headers, "Accept-Encoding": "gzip"})
        try:
            async with asyncio.timeout(deadline):
                return await self._ask("POST", location, sent, body, limit_bytes)
        except TimeoutError:
            raise TooSlow(url, f"there was no answer within {deadline:g} seconds") from None

    async def close(self) -> None:
        """Close all connections; a later request opens a new session."""
        session, self._session = self._session, None
        poster, self._poster = self._poster, None
        dns, self._dns = self._dns, None
        if poster is not None:
            await poster.close()
        if session is not None:
            await session.close()
        if dns is not None:
            dns.close()

    async def _ask(
        self,
        method: str,
        location: Location,
        headers: Mapping[str, str],
        body: bytes,
        limit: int | None,
        into: BinaryIO | None = None,
    ) -> Fetched:
        # aiohttp takes a third of a second to import: not before the first request.
        import aiohttp
        from yarl import URL

        from stoa.http_client.reading import read

        try:
            async with self._opened_session().request(
                method,
                URL(location.url, encoded=True),
                data=body or None,
                headers=headers,
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                answered = _headers_of(response)
                follows = response.status in _REDIRECTS and "location" in answered
                if follows:
                    content = b""
                elif limit is not None and 200 <= response.status < 300:
                    content = await read(response, limit, into)
                else:
                    content = await _what_came(response)
                return Fetched(response.status, location.url, answered, content)
        except NotFetched as failed:
            raise type(failed)(location.url, failed.reason) from None
        except aiohttp.ClientHttpProxyError:
            raise Unreachable(location.url, "the proxy did not let us through") from None
        except aiohttp.ServerTimeoutError:
            raise TooSlow(location.url, "no connection was made in time") from None
        except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as error:
            raise BadAnswer(location.url, f"the answer cannot be read ({type(error).__name__})") from None
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise Unreachable(location.url, _words(error)) from None

    def _opened_session(self) -> ClientSession:
        if self._session is None:
            self._session = self._open()
        return self._session

    def _open(self) -> ClientSession:
        from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

        from stoa.http_client import connecting

        context = self._ssl or ssl.create_default_context()
        if self._proxy:
            # Every connection goes to the proxy, which the administrator named.
            pool = TCPConnector(ssl=context, limit=connecting.MOST_CONNECTIONS)
        else:
            pool = connecting.connector(self._opened, self._resolve or self._dns_, context)
        return ClientSession(
            connector=pool,
            timeout=ClientTimeout(total=None, sock_connect=connecting.CONNECT_SECONDS),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
        )

    def _opened_poster(self) -> Poster:
        if self._poster is None:
            from stoa.http_client import connecting, posting

            names = connecting.CheckedNames(self._opened, self._resolve or self._dns_)
            context = self._ssl or ssl.create_default_context()
            self._poster = posting.Poster(self._opened, names, context)
        return self._poster

    async def _dns_(self, host: str) -> list[str]:
        if self._dns is None:
            from stoa.http_client.connecting import Dns

            self._dns = Dns()
        return await self._dns(host)

    def _location(self, url: str) -> Location:
        """Where *url* leads, if we go there as far as can be said before a name is resolved."""
        location = parse(url, insecure=self._insecure)
        ports = {location.port} | (set(PORTS.values()) if location.port in PORTS.values() else set())
        if any((location.host, port) in self._own for port in ports):
            raise Refused(url, "that is this very server")
        if location.is_literal and not permitted(location.host, location.port, self._opened):
            raise Refused(url, "that address is not one we connect to")
        closed = location.is_inside or location.port not in PORTS.values()
        if closed and (self._proxy or not self._opened):
            raise Refused(url, "that name or port is not one of the public internet")
        return location

    def _headers(self, location: Location, given: Mapping[str, str]) -> dict[str, str]:
        return {"Host": location.authority, "User-Agent": self._agent, **_sendable(location, given)}

    def _signed(
        self, signer: Signer, method: str, location: Location, headers: dict[str, str], body: bytes
    ) -> dict[str, str]:
        return {**headers, **_sendable(location, signer(method, location.url, headers, body))}


def _own(settings: Settings) -> frozenset[tuple[str, int]]:
    """Ourselves and the database, as (host, port)."""
    found = set()
    for address, port in ((settings.base_url, 443), (settings.database_url, 5432)):
        parts = urlsplit(address)
        host = parts.hostname or ""
        try:
            host = normalise_host(f"[{host}]" if ":" in host else host)
        except ValueError:
            continue  # db_1 of a container: no URL that we request can name it either
        found.add((host, parts.port or PORTS.get(parts.scheme, port)))
    return frozenset(found)


def _sendable(location: Location, headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise Refused(location.url, f"the header {name[:40]!r} cannot be sent")
    return headers


def _same_host(one: Location, other: Location) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        raise Refused(base, "it redirects to what is no URL") from None


def _headers_of(response: ClientResponse) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        # Bytes that are no text come as half characters, which nothing after us could store.
        clean = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        lower = name.lower()
        found[lower] = f"{found[lower]}, {clean}" if lower in found else clean
    return found


async def _what_came(response: ClientResponse) -> bytes:
    """The body if it comes soon, short and whole: where the status says it all, no body is a reason to
    fail.
    """
    import aiohttp

    from stoa.http_client.reading import read

    try:
        async with asyncio.timeout(ASIDE_SECONDS):
            return await read(response, ASIDE_BYTES)
    except (NotFetched, aiohttp.ClientError, OSError):
        return b""


def _words(error: BaseException) -> str:
    """What happened, without the address book of the network (the message of the library has it)."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "its certificate is not valid, or it does not speak TLS"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "it closed the connection without an answer"
    return f"no connection could be made ({type(error).__name__})"
