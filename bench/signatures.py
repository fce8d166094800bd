"""`python -m bench.signatures`: what signatures cost beside the bare arithmetic under them.

Each figure is CPU time per call, the least of several rounds, and its ratio to one bare RSA-2048 sign or
verify (or Ed25519, where that is what is asked) by the same library in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from stoa.federation import jcs, keys, proofs
from stoa.federation.signatures import Request, read, sign, verify

ACTOR = "https://there.example/users/carol"
ROUNDS, SECONDS = 5, 0.2


class Figure(NamedTuple):
    """One line: *bare* is the name of the figure that it is compared with."""

    name: str
    call: Callable[[], object]
    bare: str | None


def figures() -> list[Figure]:
    """All of them, the bare ones first."""
    rsa = keys.signing_key(f"{ACTOR}#main-key", keys.generate_rsa())
    ed = keys.signing_key(f"{ACTOR}#ed25519-key", keys.generate_ed25519())
    assert isinstance(rsa.key, RSAPrivateKey)
    assert isinstance(ed.key, Ed25519PrivateKey)
    rsa_shown = keys.public_key(rsa.id, ACTOR, pem=keys.public_pem(rsa))
    ed_shown = keys.public_key(ed.id, ACTOR, multibase=keys.public_multibase(ed))
    now, text, padded, sha = time.time(), b"x" * 300, padding.PKCS1v15(), hashes.SHA256()
    note = {"id": f"{ACTOR}/1", "type": "Note", "attributedTo": ACTOR, "content": "word " * 500, "tag": []}
    activity = {"id": f"{ACTOR}/1/activity", "type": "Create", "actor": ACTOR, "object": note}
    request = Request(
        "POST",
        "https://stoa.example/inbox",
        (("Host", "stoa.example"), ("Content-Type", "application/activity+json")),
        jcs.canonical(activity),
    )
    old = _with(request, sign(request, rsa, now))
    new = _with(request, sign(request, rsa, now, scheme="rfc9421"))
    rsa_signature, ed_signature = rsa.sign(text), ed.sign(text)
    rsa_public, ed_public = rsa.key.public_key(), ed.key.public_key()
    proved = proofs.sign(activity, ed, now)
    rsa_key, ed_key = rsa.key, ed.key
    return [
        Figure("bare RSA sign", lambda: rsa_key.sign(text, padded, sha), None),
        Figure("bare RSA verify", lambda: rsa_public.verify(rsa_signature, text, padded, sha), None),
        Figure("bare Ed25519 sign", lambda: ed_key.sign(text), None),
        Figure("bare Ed25519 verify", lambda: ed_public.verify(ed_signature, text), None),
        Figure("draft-cavage, sign", lambda: sign(request, rsa, now), "bare RSA sign"),
        Figure(
            "draft-cavage, read and verify",
            lambda: verify(read(old, now), rsa_shown, now),
            "bare RSA verify",
        ),
        Figure("RFC 9421, sign", lambda: sign(request, rsa, now, scheme="rfc9421"), "bare RSA sign"),
        Figure(
            "RFC 9421, read and verify", lambda: verify(read(new, now), rsa_shown, now), "bare RSA verify"
        ),
        Figure("proof, sign", lambda: proofs.sign(activity, ed, now), "bare Ed25519 sign"),
        Figure("proof, verify", lambda: proofs.verify(proved, ed_shown, now), "bare Ed25519 verify"),
    ]


def _with(request: Request, added: dict[str, str]) -> Request:
    return replace(request, headers=request.headers + tuple(added.items()))


def microseconds(call: Callable[[], object]) -> float:
    """CPU time of one call: the least of ROUNDS."""
    call()
    least = float("inf")
    for _ in range(ROUNDS):
        calls, begun = 0, time.process_time()
        while (used := time.process_time() - begun) < SECONDS:
            for _ in range(20):
                call()
            calls += 20
        least = min(least, used / calls)
    return least * 1e6


def main() -> None:
    """Print a table in Markdown."""
    measured: dict[str, float] = {}
    print("| | CPU us | of bare |\n|---|--:|--:|")
    for figure in figures():
        measured[figure.name] = microseconds(figure.call)
        ratio = f"{measured[figure.name] / measured[figure.bare]:.2f}" if figure.bare else "1"
        print(f"| {figure.name} | {measured[figure.name]:.1f} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
