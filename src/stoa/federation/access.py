"""Who asks for a document, and whether they get an answer at all.

1. A server that this house does not speak with gets nothing: 403, whatever it asks for.
2. Where other servers sign whatever they ask for (authorized fetch, and always with an allow-list),
   a request without a good signature gets 401.
3. Otherwise a signature is looked at only where the answer depends on it, so that what everybody may
   read costs no more than reading it.

An answer that depends on who signed is never said to be for everyone: CVE-2026-25540.
"""

from __future__ import annotations

import re
import time

from sqlalchemy import Text, bindparam, select

from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.core.instances import policy
from stoa.db import Query
from stoa.db.tables import accounts
from stoa.federation import signatures
from stoa.federation.documents import Documents
from stoa.federation.door import Door
from stoa.federation.keyring import NotSpokenWith
from stoa.federation.parse.origins import host_of
from stoa.federation.signatures import SignatureRefused
from stoa.settings import Settings

FOR_EVERYONE = "public, max-age=120"
FOR_WHO_SIGNED = "private, no-store"

_KEY_ID = re.compile(r'key-?id="([^"]{1,2048})"', re.I)
_signer = Query(
    select(accounts.c.id, accounts.c.uri, accounts.c.domain, accounts.c.suspended_at).where(
        accounts.c.uri == bindparam("uri", type_=Text), accounts.c.domain != ""
    )
)


def is_strict(settings: Settings) -> bool:
    """Whether other servers have to sign whatever they ask for."""
    return settings.authorized_fetch == "on" or settings.federation == "allowlist"


class Asked:
    """A request for a document, and what is known of who made it."""

    __slots__ = (
        "_answered",
        "_refusal",
        "_signer",
        "beside_page",
        "differs",
        "documents",
        "door",
        "request",
        "signed",
    )

    def __init__(
        self, request: Request, door: Door, documents: Documents, *, beside_page: bool = False
    ) -> None:
        """*beside_page*: the address is that of a page, which other origins may not read."""
        self.request = request
        self.door = door
        self.documents = documents
        self.beside_page = beside_page
        self.signed = bool(request.raw_header(b"signature"))
        self.differs = False
        """Whether the answer depends on who signed."""
        self._answered = False
        self._signer: int | None = None
        self._refusal = "This server answers signed requests only."

    @property
    def for_everyone(self) -> bool:
        """Whether the answer may be kept and given to others who ask alike."""
        return not self.differs or not (self._answered or is_strict(self.door.house.settings))

    def headers(self) -> dict[str, str]:
        """Who may keep the answer."""
        headers = {
            "cache-control": FOR_EVERYONE if self.for_everyone else FOR_WHO_SIGNED,
            "vary": "Accept, Signature" if self.differs else "Accept",
        }
        if self.beside_page:
            headers["access-control-allow-origin"] = "*"
        return headers

    async def let_in(self) -> None:
        """Return if whoever asks may ask anything.  Raises HTTPError 403 or 404."""
        settings = self.door.house.settings
        if settings.federation == "off":
            raise HTTPError(404, "Not found")
        # Somebody who says that they are of a refused server is believed; whether it is true is
        # found out where it would get them something.
        for host in self.claimed():
            await self._refuse(host)

    async def require_signer(self) -> int | None:
        """The account that signed, where everybody has to; None where nobody has to.

        Raises HTTPError 401, and 403 for somebody who may not ask.
        """
        if not is_strict(self.door.house.settings):
            return None
        signer = await self.signer()
        if signer is None:
            raise HTTPError(401, self._refusal, headers={"vary": "Accept, Signature"})
        return signer

    async def signer(self) -> int | None:
        """The account on another server that signed the request; None without a good signature.

        The answer depends on it from now on.  Raises HTTPError 403 for somebody who may not ask.
        """
        self.differs = True
        if self.signed and not self._answered:
            self._answered = True
            self._signer = await self._verified()
        return self._signer

    async def _verified(self) -> int | None:
        door = self.door
        try:
            claim = signatures.read(self._message(), time.time())
            actor = await door.keyring.owner(claim)
        except SignatureRefused as refused:
            self._refusal = f"The signature does not hold: {refused}."
            return None
        except NotSpokenWith:
            raise _forbidden() from None
        async with door.house.db.read() as conn:
            row = await conn.first(_signer, uri=actor)
        if row is None:
            self._refusal = "Nobody is known by the name of who signed."
            return None
        if row.suspended_at is not None:
            raise _forbidden()
        for host in {host_of(row.uri), row.domain}:
            await self._refuse(host or "")
        found: int = row.id
        return found

    def _message(self) -> signatures.Request:
        """The request as its sender signed it: with our public address."""
        raw = self.request.scope.get("raw_path") or self.request.path.encode()
        query = self.request.query_string
        target = raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
        return signatures.Request(
            self.request.method,
            self.door.house.settings.base_url + target,
            tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in self.request.scope["headers"]
            ),
        )

    def claimed(self) -> frozenset[str]:
        """The hosts that the signature's keys are said to be of; none where nobody signed."""
        if not self.signed:
            return frozenset()
        named = [
            key_id
            for header in (b"signature", b"signature-input")
            if (value := self.request.raw_header(header))
            for key_id in _KEY_ID.findall(value.decode("latin-1"))
        ]
        hosts = (
            one.rpartition("@")[2].lower() if one.startswith("acct:") else host_of(one) for one in named[:8]
        )
        return frozenset(host for host in hosts if host)

    async def _refuse(self, host: str) -> None:
        async with self.door.house.db.read() as conn:
            if await policy.refuses(conn, self.door.house.settings, host):
                raise _forbidden()


def _forbidden() -> HTTPError:
    return HTTPError(403, "This server does not speak with yours.", headers={"vary": "Accept, Signature"})
