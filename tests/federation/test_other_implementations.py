"""Libraries written by others verify what we sign, and we verify what they sign."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import jcs as other_jcs  # type: ignore[import-untyped]
import pytest
from apsig.draft import Signer, Verifier  # type: ignore[import-untyped]
from apsig.proof import ProofSigner, ProofVerifier  # type: ignore[import-untyped]
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, MappingKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as st

from stoa.federation import jcs, keys, proofs
from stoa.federation.signatures import Request, Scheme, read, sign, verify
from tests.federation import keyring
from tests.federation.keyring import CAROL

RSA, ED25519 = keyring.rsa(), keyring.ed25519()
BOTH = pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
BODY = b'{"type":"Like"}'
INBOX = "https://stoa.example/inbox?a=1"
HEADERS = {"Host": "stoa.example", "Content-Type": "application/activity+json"}
LIKE: dict[str, Any] = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "https://there.example/likes/1",
    "type": "Like",
    "actor": CAROL,
    "object": "x",
}


def _ours(key: keys.SigningKey, url: str, scheme: Scheme) -> dict[str, str]:
    request = Request("POST", url, tuple(HEADERS.items()), BODY)
    return HEADERS | sign(request, key, time.time(), scheme=scheme)


def _verified(key: keys.SigningKey, url: str, headers: dict[str, str]) -> str:
    claim = read(Request("POST", url, tuple(headers.items()), BODY), time.time())
    return verify(claim, keyring.shown(key), time.time())


def test_apsig_verifies_our_cavage_signature() -> None:
    inbox = "https://stoa.example/inbox"
    verifier = Verifier(keys.public_pem(RSA), "POST", inbox, _ours(RSA, inbox, "cavage"), BODY)
    assert verifier.verify(raise_on_fail=True) == RSA.id


def test_we_verify_the_cavage_signature_of_apsig() -> None:
    headers = {"Date": formatdate(usegmt=True), "Host": "stoa.example"}
    signed = Signer(headers, RSA.key, "POST", INBOX, RSA.id, BODY).sign()
    del signed["Authorization"]  # the same once more, for servers that look there
    assert _verified(RSA, INBOX, signed) == CAROL


def _oracle(key: keys.SigningKey) -> dict[str, Any]:
    algorithm = algorithms.RSA_V1_5_SHA256 if key.kind == "rsa" else algorithms.ED25519
    resolver = MappingKeyResolver(
        private_keys={key.id: key.key}, public_keys={key.id: key.key.public_key()}
    )
    return {"signature_algorithm": algorithm, "key_resolver": resolver}


@BOTH
def test_http_message_signatures_verifies_our_rfc_9421_signature(key: keys.SigningKey) -> None:
    message = SimpleNamespace(method="POST", url=INBOX, headers=_ours(key, INBOX, "rfc9421"))
    needed = ("@method", "@target-uri", "content-digest")
    (result,) = HTTPMessageVerifier(**_oracle(key)).verify(message, require_components=needed, body=BODY)
    assert result.parameters["keyid"] == key.id


@BOTH
@pytest.mark.parametrize("include_alg", [True, False])
@pytest.mark.parametrize(
    "components",
    [
        ("@method", "@target-uri"),
        ("@method", "@authority", "@path", "@query"),
        ("@method", "@authority", "@request-target", "@scheme", "content-type", "host"),
    ],
)
def test_we_verify_the_rfc_9421_signature_of_http_message_signatures(
    key: keys.SigningKey, include_alg: bool, components: tuple[str, ...]
) -> None:
    message = SimpleNamespace(method="POST", url=INBOX, headers=dict(HEADERS))
    HTTPMessageSigner(**_oracle(key)).sign(
        message,
        key_id=key.id,
        covered_component_ids=components,
        body=BODY,
        include_alg=include_alg,
        tag="fediverse",
        nonce="n",
    )
    assert _verified(key, INBOX, message.headers) == CAROL


def test_apsig_verifies_our_integrity_proof() -> None:
    document = json.loads(json.dumps(proofs.sign(LIKE, ED25519, time.time())))
    assert ProofVerifier(keys.public_multibase(ED25519)).verify(document, raise_on_fail=True) == ED25519.id


def test_we_verify_the_integrity_proof_of_apsig() -> None:
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
        "verificationMethod": ED25519.id,
        "created": "2023-02-24T23:36:38Z",
    }
    document = ProofSigner(ED25519.key).sign(LIKE, options)
    assert proofs.verify(document, keyring.shown(ED25519), time.time()) == CAROL


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(_json)
def test_another_canonical_form_of_json_agrees(value: Any) -> None:
    assert jcs.canonical(value) == other_jcs.canonicalize(value)
