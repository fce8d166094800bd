"""What both schemes share: the request that is signed, what a signature claims, and when it holds."""

from __future__ import annotations

import base64
import binascii
import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from stoa.federation.keys import Kind

Scheme = Literal["cavage", "rfc9421"]

MAX_HEADER_CHARACTERS = 8192
MAX_KEY_ID_CHARACTERS = 2048
MAX_COMPONENTS = 32

# federation.md F4.3: clocks may be an hour off; a signature without an end of its own lasts five
# minutes, and none lasts longer than twelve hours.
SKEW_SECONDS = 3600
LASTS_SECONDS = 300
MOST_SECONDS = 12 * 3600

# Two of one of these, and proxies and programs disagree which one counts.
SINGLE = frozenset(
    (
        "authorization",
        "content-digest",
        "content-length",
        "content-type",
        "date",
        "digest",
        "host",
        "signature",
        "signature-input",
    )
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT")
# RFC 9110 section 5.5 as far as ASCII; what others send beyond it cannot be signed reliably.
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_URL = re.compile(r"https?://[\x21\x22\x24-\x7e]+")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class SignatureRefused(Exception):
    """A signature is missing, broken, outside of our policy, or wrong; the message says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came in or is about to go out.

    *url* is absolute: our public address and the path and query as they stood on the request line
    (a proxy in front may have changed scheme and host, and the sender signed the public ones).
    *headers* are as received, in order, repeated ones included.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def authority(self) -> str:
        """Host in lower case, with the port where it is not the scheme's own (RFC 9421 2.2.3)."""
        parts = urlsplit(self.url)
        return parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return urlsplit(self.url).scheme

    @property
    def path(self) -> str:
        """Never empty."""
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> str:
        """Without the question mark."""
        return urlsplit(self.url).query

    @property
    def has_body(self) -> bool:
        """Whether a signature has to cover a body: all but GET and HEAD, and those if they have one."""
        return bool(self.body) or self.method not in ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Claim:
    """A signature that holds if the key *key_id* made it.

    *kind* is the kind of key it asks for (None: the key decides), *bases* what may have been signed:
    more than one where programs differ.  *covered* are the components that it covers, lower case.
    """

    scheme: Scheme
    key_id: str
    kind: Kind | None
    signature: bytes
    bases: tuple[bytes, ...]
    covered: frozenset[str]


def fields(request: Request) -> dict[str, str]:
    """The headers of *request* by lower-case name, repeated ones joined by `, `.

    Raises SignatureRefused if one that must stand alone is repeated, and for an address that programs
    read in different ways.
    """
    if not _URL.fullmatch(request.url):
        raise SignatureRefused("the address of the request cannot be signed")
    found: dict[str, str] = {}
    for name, value in request.headers:
        lower = name.lower()
        if lower not in found:
            found[lower] = value.strip()
        elif lower in SINGLE:
            raise SignatureRefused(f"the header {lower} is there twice")
        else:
            found[lower] += ", " + value.strip()
    return found


def signable(name: str, value: str) -> str:
    """*value*, if it cannot be mistaken for more than one line of what is signed; else
    SignatureRefused.
    """
    if len(value) > MAX_HEADER_CHARACTERS or not _VALUE.fullmatch(value):
        raise SignatureRefused(f"the header {name} cannot be signed")
    return value


def check_key_id(key_id: str) -> str:
    """*key_id*, if it is an address or an `acct:` (legacy); else SignatureRefused."""
    if len(key_id) > MAX_KEY_ID_CHARACTERS or not key_id.startswith(("https://", "http://", "acct:")):
        raise SignatureRefused("the key id is not an address")
    return key_id


def check_components(names: Iterable[str]) -> frozenset[str]:
    """The set of *names*; raises SignatureRefused for repeated or too many ones."""
    listed = list(names)
    found = frozenset(listed)
    if len(found) != len(listed):
        raise SignatureRefused("a component is covered twice")
    if len(listed) > MAX_COMPONENTS:
        raise SignatureRefused("too many components are covered")
    return found


def check_time(created: float, expires: float | None, now: float) -> None:
    """Return if a signature made at *created* (Unix seconds) holds now; else raise SignatureRefused."""
    if created > now + SKEW_SECONDS:
        raise SignatureRefused("the signature is from the future")
    end = created + LASTS_SECONDS if expires is None else min(expires, created + MOST_SECONDS)
    if end + SKEW_SECONDS < now:
        raise SignatureRefused("the signature is too old")


def decode_signature(text: str) -> bytes:
    """The bytes of a base64 signature; raises SignatureRefused."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureRefused("the signature is not base64") from None
    if not data:
        raise SignatureRefused("the signature is empty")
    return data


@lru_cache(maxsize=256)
def parse_date(text: str) -> float:
    """Unix seconds of an IMF-fixdate (RFC 9110 section 5.6.7); raises SignatureRefused."""
    match = _DATE.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        raise SignatureRefused("the Date header is not a date")
    day, year, hour, minute, second = (int(match[part]) for part in (1, 3, 4, 5, 6))
    if not (1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60 and year >= 1970):
        raise SignatureRefused("the Date header is not a date")
    return calendar.timegm((year, _MONTHS.index(match[2]) + 1, day, hour, minute, second))


def http_date(now: float) -> str:
    """*now* (Unix seconds) as an IMF-fixdate."""
    return _http_date(int(now))


@lru_cache(maxsize=8)
def _http_date(second: int) -> str:
    # Hundreds of deliveries go out in one second.
    return formatdate(second, usegmt=True)
