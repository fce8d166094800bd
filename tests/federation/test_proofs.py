"""Integrity proofs are those of FEP-8b32, and vouch only for what their owner says."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.federation import base58, keys, proofs
from stoa.federation.proofs import ProofRefused
from tests.federation import keyring
from tests.federation.keyring import CAROL, EVIL

NOW = 1677281798.0  # 2023-02-24T23:36:38Z
KEY_ID = "https://server.example/users/alice#ed25519-key"
ALICE = "https://server.example/users/alice"

# fep-8b32.feature: the document, the key and the proof.
DOCUMENT: dict[str, Any] = {
    "@context": [
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/data-integrity/v2",
    ],
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": ALICE,
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": ALICE,
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
}
SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
SHOWN = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
PROOF = {
    "@context": DOCUMENT["@context"],
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "verificationMethod": KEY_ID,
    "proofPurpose": "assertionMethod",
    "proofValue": (
        "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"
    ),
    "created": "2023-02-24T23:36:38Z",
}
ALICES_KEY = keys.public_key(KEY_ID, ALICE, multibase=SHOWN)

LIKE: dict[str, Any] = {
    "id": "https://there.example/likes/1",
    "type": "Like",
    "actor": CAROL,
    "object": "x",
}


def signed(document: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """*document* with a proof of carol's that holds, made with the options *changed*."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": keyring.ed25519().id,
        "proofPurpose": "assertionMethod",
        "created": "2023-02-24T23:36:38Z",
    } | changed
    proof = {name: value for name, value in options.items() if value is not None}
    value = keyring.ed25519().sign(proofs._hashes(proof, document))
    return document | {"proof": proof | {"proofValue": "z" + base58.encode(value)}}


def check(document: dict[str, Any], now: float = NOW) -> str:
    return proofs.verify(document, keyring.shown(keyring.ed25519()), now)


def test_the_vector_of_the_fep_is_signed_as_it_says() -> None:
    key = keys.signing_key_from_multibase(KEY_ID, SECRET)
    assert proofs.sign(DOCUMENT, key, NOW) == DOCUMENT | {"proof": PROOF}


def test_the_vector_of_the_fep_is_verified() -> None:
    document = DOCUMENT | {"proof": PROOF}
    assert proofs.method(document) == KEY_ID
    assert proofs.verify(document, ALICES_KEY, NOW) == ALICE


def _change(document: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["object", "content"], "Goodbye world"),
        (["object", "location", "latitude"], 25.273963),
        (["id"], "https://server.example/activities/2"),
        (["@context"], ["https://www.w3.org/ns/activitystreams"]),
        (["@context"], ["https://evil.example/context", *DOCUMENT["@context"]]),
        (["to"], ["https://www.w3.org/ns/activitystreams#Public"]),
        (["proof", "created"], "2023-02-24T23:36:39Z"),
        (["proof", "proofPurpose"], "authentication"),
        (["proof", "cryptosuite"], "eddsa-rdfc-2022"),
        (["proof", "type"], "Ed25519Signature2020"),
        (["proof", "verificationMethod"], "https://evil.example/key"),
        (["proof", "verificationMethod"], 7),
        (["proof", "proofValue"], ""),
        (["proof", "proofValue"], None),
        (["proof", "proofValue"], PROOF["proofValue"][:-1]),
        (["proof", "proofValue"], "u" + str(PROOF["proofValue"])[1:]),
        (["proof", "proofValue"], "z0"),
        (["proof", "extra"], "added"),
        (["proof"], None),
        (["proof"], "proof"),
        (["proof"], []),
        (["proof"], [[]]),
        (["object", "content"], "\ud800"),
    ],
)
def test_whatever_is_changed_afterwards_voids_the_proof(path: list[str], value: Any) -> None:
    document = DOCUMENT | {"proof": PROOF}
    with pytest.raises(ProofRefused):
        proofs.verify(_change(document, path, value), ALICES_KEY, NOW)


def test_a_removed_audience_voids_the_proof() -> None:
    document = signed(LIKE | {"to": [EVIL]})
    assert check(document) == CAROL
    del document["to"]
    with pytest.raises(ProofRefused):
        check(document)


def test_context_may_be_added_after_that_of_the_proof() -> None:
    document = proofs.sign(DOCUMENT, keys.signing_key_from_multibase(KEY_ID, SECRET), NOW)
    longer = document | {"@context": [*DOCUMENT["@context"], "https://relay.example/context"]}
    assert proofs.verify(longer, ALICES_KEY, NOW) == ALICE


def test_a_linked_data_signature_is_put_aside_first() -> None:
    document = DOCUMENT | {"proof": PROOF, "signature": {"type": "RsaSignature2017", "signatureValue": "x"}}
    assert proofs.verify(document, ALICES_KEY, NOW) == ALICE
    key = keys.signing_key_from_multibase(KEY_ID, SECRET)
    assert proofs.sign(document, key, NOW) == DOCUMENT | {"proof": PROOF}


def test_the_proof_we_can_check_is_found_among_several() -> None:
    several = [{"type": "Other"}, PROOF]
    assert proofs.verify(DOCUMENT | {"proof": several}, ALICES_KEY, NOW) == ALICE
    with pytest.raises(ProofRefused):
        proofs.verify(DOCUMENT | {"proof": [{}] * proofs.MAX_PROOFS + [PROOF]}, ALICES_KEY, NOW)


def test_the_older_name_of_the_suite_is_understood() -> None:
    assert check(signed(LIKE, cryptosuite="jcs-eddsa-2022")) == CAROL


def test_a_proof_of_a_key_that_is_not_the_owners_is_refused() -> None:
    # GHSA-q9f8-5hc7-898f, for proofs: evil's own valid key under an activity of carol's.
    key = keyring.ed25519(EVIL)
    document = proofs.sign(LIKE, key, NOW)
    with pytest.raises(ProofRefused, match="speaks for"):
        proofs.verify(document, keyring.shown(key, EVIL), NOW)


@pytest.mark.parametrize(
    ("document", "fine"),
    [
        ({"id": "x", "attributedTo": CAROL}, True),
        ({"id": "x", "attributedTo": [CAROL]}, True),
        ({"id": "x", "actor": {"id": CAROL}}, True),
        ({"id": CAROL}, True),
        ({"id": "x", "attributedTo": [CAROL, EVIL]}, False),
        ({"id": "x", "actor": [EVIL, CAROL]}, False),
        ({"id": "x", "actor": EVIL, "attributedTo": CAROL}, False),
        ({"id": CAROL, "actor": None}, False),
        ({"id": EVIL}, False),
        ({}, False),
    ],
)
def test_a_proof_speaks_only_for_its_owner(document: dict[str, Any], fine: bool) -> None:
    if fine:
        assert check(signed(document)) == CAROL
    else:
        with pytest.raises(ProofRefused):
            check(signed(document))


def test_times_of_proofs_count() -> None:
    ends = signed(LIKE, expires="2023-02-25T00:00:00Z")
    assert check(ends) == CAROL
    assert check(signed(LIKE, created=None), NOW) == CAROL
    with pytest.raises(ProofRefused, match="expired"):
        check(ends, NOW + 86400)
    with pytest.raises(ProofRefused, match="future"):
        check(signed(LIKE), NOW - 7200)
    for wrong in ("yesterday", 1677281798, "2023-13-24T23:36:38Z", "2023-02-24T23:36:38"):
        with pytest.raises(ProofRefused):
            check(signed(LIKE, created=wrong))


def test_an_expired_key_vouches_for_nothing_whatever_date_the_proof_bears() -> None:
    key = keyring.shown(keyring.ed25519(), expires=NOW + 10)
    assert proofs.verify(signed(LIKE), key, NOW) == CAROL
    with pytest.raises(ProofRefused, match="expired"):
        proofs.verify(signed(LIKE), key, NOW + 20)


def test_an_rsa_key_makes_no_proof_of_this_suite() -> None:
    key = keyring.shown(keyring.rsa())
    with pytest.raises(ProofRefused):
        proofs.verify(signed(LIKE, verificationMethod=key.id), key, NOW)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(["@context", "id", "actor", "proof", "signature", "type", "created"])
_proofs = st.dictionaries(st.sampled_from([*PROOF, "expires"]), _values).map(
    lambda changed: PROOF | changed
)


@given(st.dictionaries(_names, _values), _proofs | st.lists(_proofs | _values, max_size=3))
def test_no_document_raises_anything_else(document: dict[str, Any], proof: Any) -> None:
    with pytest.raises(ProofRefused):
        proofs.verify(document | {"proof": proof}, ALICES_KEY, NOW)
    proofs.method(document | {"proof": proof})
