"""HTTP signatures as the fediverse has used them since 2017: draft-cavage-http-signatures-12.

Policy (federation.md F4.1–F4.5): the request line, the host, a time and, where there is a body, its
digest must be signed.  The algorithm is RSA with SHA-256, whether it is called `rsa-sha256`, `hs2019`
or nothing; under the last two an Ed25519 key may sign as well.
"""

from __future__ import annotations

import re
from base64 import b64encode

from stoa.federation import digests
from stoa.federation.keys import Kind, SigningKey
from stoa.federation.signatures.message import (
    MAX_HEADER_CHARACTERS,
    Claim,
    Request,
    SignatureRefused,
    check_components,
    check_key_id,
    check_time,
    decode_signature,
    fields,
    http_date,
    parse_date,
    signable,
)

_KINDS: dict[str, Kind | None] = {"": None, "hs2019": None, "rsa-sha256": "rsa"}
_NAME = re.compile(r"\(request-target\)|\(created\)|\(expires\)|[a-z0-9!#$%&'*+.^_`|~-]+")
# Whatever else is signed, these are if they are there: FEP-8fcf asks for the second.
_ALSO = ("content-type", "collection-synchronization")
_PARAMETER = re.compile(r'\s*([a-zA-Z]+)=(?:"([^"\\]*)"|([0-9]{1,15}))\s*(,|$)')


def read(request: Request, now: float) -> Claim:
    """What the `Signature` header of *request* claims, all checked but the signature itself.

    Raises SignatureRefused.
    """
    headers = fields(request)
    parameters = _parameters(headers.get("signature", ""))
    algorithm = parameters.get("algorithm", "")
    if algorithm not in _KINDS:
        raise SignatureRefused("the algorithm is not one we know")
    key_id = check_key_id(parameters.get("keyId", ""))
    # Without `headers` only the Date is signed (section 2.1.6), which is never enough.
    names = [name.lower() for name in parameters.get("headers", "").split()]
    covered = check_components(names)
    _check_covered(covered, request, headers)
    if algorithm == "rsa-sha256" and covered & {"(created)", "(expires)"}:
        raise SignatureRefused("(created) and (expires) are not signed with rsa-sha256 (section 2.3)")
    # What is not signed says nothing.
    created = _number(parameters, "created") if "(created)" in covered else None
    expires = _number(parameters, "expires") if "(expires)" in covered else None
    if created is None:
        created = parse_date(headers.get("date", ""))
    check_time(created, expires, now)
    if "digest" in covered:
        _check_digest(headers, request.body)
    return Claim(
        scheme="cavage",
        key_id=key_id,
        kind=_KINDS[algorithm],
        signature=decode_signature(parameters.get("signature", "")),
        bases=tuple(base(request, headers, names, parameters, target) for target in _targets(request)),
        covered=covered,
    )


def sign(request: Request, key: SigningKey, now: float, *, with_query: bool = True) -> dict[str, str]:
    """The headers that make *request* a signed one: Date, Digest (with a body) and Signature.

    The `Host` that is signed is the authority of the address.  Without the query for peers that
    leave it out (F4.5).  Raises SignatureRefused if a header cannot be signed.
    """
    added = {"Date": http_date(now)}
    if request.has_body:
        added["Digest"] = digests.digest(request.body)
    headers = fields(request) | {name.lower(): value for name, value in added.items()}
    headers["host"] = request.authority
    names = ["(request-target)", "host", "date", "digest", *_ALSO]
    names = [name for name in names if name in headers or name == "(request-target)"]
    text = base(request, headers, names, {}, _targets(request)[0 if with_query else -1])
    algorithm = "rsa-sha256" if key.kind == "rsa" else "hs2019"
    signature = b64encode(key.sign(text)).decode()
    added["Signature"] = (
        f'keyId="{key.id}",algorithm="{algorithm}",headers="{" ".join(names)}",signature="{signature}"'
    )
    return added


def base(
    request: Request, headers: dict[str, str], names: list[str], parameters: dict[str, str], target: str
) -> bytes:
    """What is signed: one line for each of *names* (section 2.3).  Raises SignatureRefused."""
    lines = []
    for name in names:
        if name == "(request-target)":
            value = f"{request.method.lower()} {target}"
        elif name in ("(created)", "(expires)"):
            value = parameters.get(name.strip("()"), "")
        elif name == "host":
            value = _host(request, headers)
        else:
            value = headers.get(name, "")
            if name not in headers:
                raise SignatureRefused(f"the signed header {name} is not there")
        lines.append(f"{name}: {signable(name, value)}")
    return "\n".join(lines).encode()


def _parameters(value: str) -> dict[str, str]:
    if not value:
        raise SignatureRefused("there is no signature")
    if len(value) > MAX_HEADER_CHARACTERS:
        raise SignatureRefused("the Signature header is too long")
    found: dict[str, str] = {}
    place = 0
    while place < len(value):
        match = _PARAMETER.match(value, place)
        if match is None or match[1] in found:
            raise SignatureRefused("the Signature header cannot be read")
        found[match[1]] = match[2] if match[2] is not None else match[3]
        place = match.end()
    return found


def _check_covered(covered: frozenset[str], request: Request, headers: dict[str, str]) -> None:
    if not all(_NAME.fullmatch(name) for name in covered):
        raise SignatureRefused("a covered component is not one of this scheme")
    missing = {"(request-target)", "host"} - covered
    if missing:
        raise SignatureRefused(f"{min(missing)} is not signed")
    if not covered & {"date", "(created)"}:
        raise SignatureRefused("no time is signed")
    if request.has_body and "digest" not in covered:
        raise SignatureRefused("the digest of the body is not signed")


def _number(parameters: dict[str, str], name: str) -> float:
    value = parameters.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise SignatureRefused(f"{name} is not a time")
    return float(value)


def _check_digest(headers: dict[str, str], body: bytes) -> None:
    try:
        digests.check_digest(headers.get("digest", ""), body)
    except digests.DigestRefused as refused:
        raise SignatureRefused(str(refused)) from None


def _host(request: Request, headers: dict[str, str]) -> str:
    """The host as the sender wrote it if it is ours; else ours, over which a request that was signed
    for another server does not verify.
    """
    given = headers.get("host", "")
    default = ":443" if request.scheme == "https" else ":80"
    return given if given.lower().removesuffix(default) == request.authority else request.authority


def _targets(request: Request) -> list[str]:
    """With the query, then without (F4.5: some sign the path alone)."""
    if not request.query:
        return [request.path]
    return [f"{request.path}?{request.query}", request.path]
