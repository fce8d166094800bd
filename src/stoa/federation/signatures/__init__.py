"""Signatures of requests, out and in: draft-cavage-12 and RFC 9421.

Pure functions: values in, values or one exception out.  Reading and verifying are two steps, because
between them somebody has to find the key:

    claim = read(request, now)            policy, digest and time, but not yet the signature
    key = …                               the key `claim.key_id`, from its owner's own document
    owner = verify(claim, key, now)       the actor who sent this

That the owner is the `actor` of the activity is for the inbox to ask, before anything else happens
(GHSA-6jcc-xgcr-q3h4).  A request can be repeated while its signature lasts, by whoever saw it: what
keeps a repeat harmless is that activities are known by their ids.  Signatures of linked data are no
business of this module; integrity proofs are in `proofs`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from stoa.federation.keys import PublicKey, SigningKey
from stoa.federation.signatures import cavage, rfc9421
from stoa.federation.signatures.message import Claim, Request, Scheme, SignatureRefused

__all__ = ["Claim", "Request", "Scheme", "SignatureRefused", "read", "sign", "signer", "verify"]


def read(request: Request, now: float) -> Claim:
    """What the signature of *request* claims; *now* in Unix seconds.

    Everything has been checked that needs no key: that what must be signed is, that the digest is that
    of the body, that it is neither old nor from the future.  Raises SignatureRefused.
    """
    if any(name.lower() == "signature-input" for name, _ in request.headers):
        return rfc9421.read(request, now)
    return cavage.read(request, now)


def verify(claim: Claim, key: PublicKey, now: float) -> str:
    """The owner of *key*, if it made the signature that *claim* is about; else SignatureRefused.

    An `acct:` key id is legacy: there the caller has asked WebFinger whose key it is.
    """
    if key.id != claim.key_id and not claim.key_id.startswith("acct:"):
        raise SignatureRefused("the signature names another key")
    if key.expires is not None and key.expires < now:
        raise SignatureRefused("the key has expired")
    if claim.kind is not None and claim.kind != key.kind:
        raise SignatureRefused("the key is not one for this algorithm")
    if not any(key.verifies(claim.signature, base) for base in claim.bases):
        raise SignatureRefused("the signature is not of this key over this request")
    return key.owner


def sign(
    request: Request,
    key: SigningKey,
    now: float,
    *,
    scheme: Scheme = "cavage",
    with_query: bool = True,
) -> dict[str, str]:
    """The headers to add to *request*, which is then signed by *key*.  Raises SignatureRefused."""
    if scheme == "rfc9421":
        return rfc9421.sign(request, key, now)
    return cavage.sign(request, key, now, with_query=with_query)


def signer(
    key: SigningKey,
    *,
    scheme: Scheme = "cavage",
    with_query: bool = True,
    clock: Callable[[], float] = time.time,
) -> Callable[[str, str, Mapping[str, str], bytes], dict[str, str]]:
    """What `http_client` asks for as *signer*: (method, url, headers, body) to headers to add."""

    def headers_for(method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        request = Request(method, url, tuple(headers.items()), body)
        return sign(request, key, clock(), scheme=scheme, with_query=with_query)

    return headers_for
