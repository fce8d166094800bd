"""HTTP Message Signatures (RFC 9421) as the fediverse uses them.

Policy: exactly one signature.  It covers the method, the whole address (`@target-uri`, or
`@authority` with `@path` and `@query` or with `@request-target`) and, where there is a body, its
`content-digest`; it says when it was made and with which key.  The algorithms are rsa-v1_5-sha256 and
ed25519.  Components with parameters (`;sf`, `;key`, `;req`, `@query-param`) and those of answers are
refused: nobody here needs them, and each is another way to read a message.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import NamedTuple

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
    signable,
)

ALGORITHMS: dict[str, Kind] = {"rsa-v1_5-sha256": "rsa", "ed25519": "ed25519"}
LABEL = "sig1"

_ALSO = ("content-type", "collection-synchronization")
_DERIVED = frozenset(
    ("@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target")
)
# Structured Fields (RFC 8941) as far as these two headers need them.  What is kept is the text itself,
# which for strings, integers and tokens is its canonical form already.
_STRING = r'"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*+"'
# Possessive, so that no header makes the reading slow.
_INPUT = re.compile(r"([a-z*][a-z0-9_.*-]*+)=\( *+((?:" + _STRING + r"(?: ++" + _STRING + r")*)?) *+\)(.*)")
_PARAMETER = re.compile(
    r"; *+([a-z*][a-z0-9_.*-]*+)="
    r"(" + _STRING + r"|0|-?[1-9][0-9]{0,14}|[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*+)"
)
_SIGNATURE = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):")
_COMPONENT = re.compile(r"@[a-z-]+|[a-z0-9!#$%&'*+.^_`|~-]+")
_ESCAPED = re.compile(r'\\(["\\])')


class Input(NamedTuple):
    """A `Signature-Input`: its label, what it covers in order, and the parameters as written."""

    label: str
    names: list[str]
    parameters: dict[str, str]

    @property
    def text(self) -> str:
        """The value of `@signature-params` (section 2.3)."""
        covered = " ".join(f'"{name}"' for name in self.names)
        return f"({covered})" + "".join(f";{name}={value}" for name, value in self.parameters.items())


def read(request: Request, now: float) -> Claim:
    """What the `Signature-Input` and `Signature` headers of *request* claim, all checked but the
    signature itself.  Raises SignatureRefused.
    """
    headers = fields(request)
    stated = parse_input(headers.get("signature-input", ""))
    match = _SIGNATURE.fullmatch(_bounded(headers.get("signature", "")))
    if match is None or match[1] != stated.label:
        raise SignatureRefused("there is not exactly one signature of the label that is described")
    covered = check_components(stated.names)
    _check_covered(covered, request)
    algorithm = _string(stated.parameters, "alg")
    if algorithm is not None and algorithm not in ALGORITHMS:
        raise SignatureRefused("the algorithm is not one we know")
    created, expires = _integer(stated.parameters, "created"), _integer(stated.parameters, "expires")
    if created is None:
        raise SignatureRefused("the signature does not say when it was made")
    check_time(created, expires, now)
    if "content-digest" in covered:
        try:
            digests.check_content_digest(headers.get("content-digest", ""), request.body)
        except digests.DigestRefused as refused:
            raise SignatureRefused(str(refused)) from None
    return Claim(
        scheme="rfc9421",
        key_id=check_key_id(_string(stated.parameters, "keyid") or ""),
        kind=None if algorithm is None else ALGORITHMS[algorithm],
        signature=decode_signature(match[2]),
        bases=(base(request, headers, stated),),
        covered=covered,
    )


def sign(request: Request, key: SigningKey, now: float) -> dict[str, str]:
    """The headers that make *request* a signed one: Content-Digest (with a body), Signature-Input and
    Signature.  Raises SignatureRefused if a header cannot be signed.
    """
    added = {"Content-Digest": digests.content_digest(request.body)} if request.has_body else {}
    headers = fields(request) | {name.lower(): value for name, value in added.items()}
    names = ["@method", "@target-uri", "@authority"]
    names += [name for name in ("content-digest", *_ALSO) if name in headers]
    algorithm = "rsa-v1_5-sha256" if key.kind == "rsa" else "ed25519"
    parameters = {"created": str(int(now)), "keyid": f'"{key.id}"', "alg": f'"{algorithm}"'}
    stated = Input(LABEL, names, parameters)
    signature = b64encode(key.sign(base(request, headers, stated))).decode()
    added["Signature-Input"] = f"{LABEL}={stated.text}"
    added["Signature"] = f"{LABEL}=:{signature}:"
    return added


def parse_input(value: str) -> Input:
    """The one signature that the `Signature-Input` header *value* describes.  Raises SignatureRefused."""
    match = _INPUT.fullmatch(_bounded(value))
    if match is None:
        raise SignatureRefused("the Signature-Input header does not describe exactly one signature")
    names = [_unescape(name) for name in re.findall(_STRING, match[2])]
    if not all(_COMPONENT.fullmatch(name) for name in names):
        raise SignatureRefused("a covered component cannot be read")
    parameters: dict[str, str] = {}
    rest, place = match[3], 0
    while place < len(rest):
        parameter = _PARAMETER.match(rest, place)
        if parameter is None or parameter[1] in parameters:
            raise SignatureRefused("the Signature-Input header cannot be read")
        parameters[parameter[1]] = parameter[2]
        place = parameter.end()
    return Input(match[1], names, parameters)


def base(request: Request, headers: dict[str, str], stated: Input) -> bytes:
    """What is signed (section 2.5).  Raises SignatureRefused."""
    lines = [f'"{name}": {signable(name, _value(name, request, headers))}' for name in stated.names]
    lines.append(f'"@signature-params": {stated.text}')
    return "\n".join(lines).encode()


def _value(name: str, request: Request, headers: dict[str, str]) -> str:
    derived = {
        "@method": lambda: request.method,
        "@target-uri": lambda: request.url,
        "@authority": lambda: request.authority,
        "@scheme": lambda: request.scheme,
        "@path": lambda: request.path,
        "@query": lambda: f"?{request.query}",
        "@request-target": lambda: request.path + (f"?{request.query}" if request.query else ""),
    }
    if name in derived:
        return derived[name]()
    if name not in headers:
        raise SignatureRefused(f"the signed component {name} is not there")
    return headers[name]


def _check_covered(covered: frozenset[str], request: Request) -> None:
    if any(name.startswith("@") and name not in _DERIVED for name in covered):
        raise SignatureRefused("a covered component is not one of a request")
    if "@method" not in covered:
        raise SignatureRefused("@method is not signed")
    addresses = ({"@target-uri"}, {"@authority", "@path", "@query"}, {"@authority", "@request-target"})
    if not any(address <= covered for address in addresses):
        raise SignatureRefused("the address is not signed")
    if request.has_body and "content-digest" not in covered:
        raise SignatureRefused("the digest of the body is not signed")


def _bounded(value: str) -> str:
    if len(value) > MAX_HEADER_CHARACTERS:
        raise SignatureRefused("a signature header is too long")
    return value


def _string(parameters: dict[str, str], name: str) -> str | None:
    value = parameters.get(name)
    if value is None:
        return None
    if not value.startswith('"'):
        raise SignatureRefused(f"{name} is not a string")
    return _unescape(value)


def _integer(parameters: dict[str, str], name: str) -> float | None:
    value = parameters.get(name)
    if value is None:
        return None
    if not value.removeprefix("-").isdigit():
        raise SignatureRefused(f"{name} is not a time")
    return float(value)


def _unescape(quoted: str) -> str:
    return _ESCAPED.sub(r"\1", quoted[1:-1])
