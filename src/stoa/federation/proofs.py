"""Integrity proofs of documents: FEP-8b32 with the cryptosuite eddsa-jcs-2022 (W3C vc-di-eddsa 3.3).

A proof vouches for the JSON as it stands; no JSON-LD is processed here, so nothing that reads the
document afterwards may rename its terms either.  Pure: the key is handed in, the caller finds it by
`method`.  Whether the ids in the document belong to its owner is for `parse.trust`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stoa.federation import base58, jcs
from stoa.federation.keys import PublicKey, SigningKey

# The second is what the suite was called until August 2023; Mitra has signed with it.
SUITES = ("eddsa-jcs-2022", "jcs-eddsa-2022")
MAX_PROOFS = 5
MAX_ID_CHARACTERS = 2048
SKEW_SECONDS = 3600

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")

Document = Mapping[str, Any]


class ProofRefused(Exception):
    """There is no proof that we can check, or it does not hold; the message says why."""


def sign(document: Document, key: SigningKey, now: float) -> dict[str, Any]:
    """A copy of *document* with a proof by *key* (Ed25519), made at *now* (Unix seconds).

    A proof or a linked-data signature that it had is left out.  Raises jcs.NotCanonical.
    """
    unsigned = _unsigned(document)
    proof: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITES[0],
        "verificationMethod": key.id,
        "proofPurpose": "assertionMethod",
        "created": datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if "@context" in unsigned:
        proof["@context"] = unsigned["@context"]
    proof["proofValue"] = "z" + base58.encode(key.sign(_hashes(proof, unsigned)))
    return unsigned | {"proof": proof}


def method(document: Document) -> str | None:
    """The id of the key that *document* says vouches for it; None without a proof that we can check."""
    proof = _find(document)
    found = None if proof is None else proof.get("verificationMethod")
    if isinstance(found, Mapping):
        found = found.get("id")
    return found if isinstance(found, str) and 0 < len(found) <= MAX_ID_CHARACTERS else None


def verify(document: Document, key: PublicKey, now: float) -> str:
    """The owner of *key*, if the proof of *document* is its and the document says that it is theirs.

    That is: they alone are its `actor`, or its `attributedTo` where it has no actor, or it is their own
    actor document.  Whoever reads the document further compares the actor read there with the owner
    returned here.  Raises ProofRefused.
    """
    proof = _find(document)
    if proof is None:
        raise ProofRefused("there is no proof that we can check")
    if method(document) != key.id:
        raise ProofRefused("the proof names another key")
    if key.kind != "ed25519":
        raise ProofRefused("the key is not an Ed25519 key")
    if proof.get("proofPurpose") != "assertionMethod":
        raise ProofRefused("the proof was made for another purpose")
    _check_times(proof, key, now)
    signature = _signature(proof)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    unsigned = _with_context_of(options, _unsigned(document))
    try:
        hashes = _hashes(options, unsigned)
    except jcs.NotCanonical as refused:
        raise ProofRefused(str(refused)) from None
    if not key.verifies(signature, hashes):
        raise ProofRefused("the proof is not of this key over this document")
    if _owners(document) != [key.owner]:
        raise ProofRefused("the key is not of whom the document speaks for")
    return key.owner


def _unsigned(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("proof", "signature")}


def _find(document: Document) -> Mapping[str, Any] | None:
    held = document.get("proof")
    for proof in (held if isinstance(held, list) else [held])[:MAX_PROOFS]:
        if (
            isinstance(proof, Mapping)
            and proof.get("type") == "DataIntegrityProof"
            and proof.get("cryptosuite") in SUITES
        ):
            return proof
    return None


def _with_context_of(options: Mapping[str, Any], unsigned: dict[str, Any]) -> dict[str, Any]:
    """vc-di-eddsa 3.3.2, step 4: the document is checked with the context that the proof was made
    with, which must be the beginning of the context that it has now.
    """
    if "@context" not in options:
        return unsigned
    signed, now = _listed(options["@context"]), _listed(unsigned.get("@context"))
    if now[: len(signed)] != signed:
        raise ProofRefused("the proof was made in another context")
    return unsigned | {"@context": options["@context"]}


def _listed(context: Any) -> list[Any]:
    return context if isinstance(context, list) else [context]


def _hashes(options: Mapping[str, Any], unsigned: Mapping[str, Any]) -> bytes:
    return b"".join(hashlib.sha256(jcs.canonical(part)).digest() for part in (options, unsigned))


def _signature(proof: Mapping[str, Any]) -> bytes:
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        raise ProofRefused("the value of the proof is not base58btc")
    try:
        signature = base58.decode(value[1:])
    except ValueError:
        raise ProofRefused("the value of the proof is not base58btc") from None
    if len(signature) != 64:
        raise ProofRefused("the value of the proof is not an Ed25519 signature")
    return signature


def _check_times(proof: Mapping[str, Any], key: PublicKey, now: float) -> None:
    """A proof travels with its document and has no age; but it may say when it ends."""
    created, expires = _time(proof, "created"), _time(proof, "expires")
    if created is not None and created > now + SKEW_SECONDS:
        raise ProofRefused("the proof is from the future")
    if expires is not None and expires < now:
        raise ProofRefused("the proof has expired")
    # Not compared with `created`: whoever finds an old key could write any date there.
    if key.expires is not None and key.expires < now:
        raise ProofRefused("the key has expired")


def _time(proof: Mapping[str, Any], name: str) -> float | None:
    value = proof.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ProofRefused(f"{name} is not a time")
    try:
        return datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError):
        raise ProofRefused(f"{name} is not a time") from None


def _owners(document: Document) -> list[Any]:
    for name in ("actor", "attributedTo", "id"):
        if name in document:
            held = document[name]
            items = held if isinstance(held, list) else [held]
            return [item.get("id") if isinstance(item, Mapping) else item for item in items]
    return []
