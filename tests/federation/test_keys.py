"""Keys are strong, are whose they claim to be, and are read once."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from stoa.federation import base58, keys
from stoa.federation.keys import KeyRefused
from tests.federation import keyring
from tests.federation.keyring import CAROL, EVIL

# FEP-521a, the example of the document and of its test vectors.
FEP_MULTIBASE = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


def _numbers(exponent: int, modulus: int) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return rsa.RSAPublicNumbers(exponent, modulus).public_key().public_bytes(encoding, form).decode()


@pytest.mark.parametrize("make", [keyring.rsa, keyring.ed25519])
def test_what_our_key_signs_its_shown_half_verifies(make: type) -> None:
    key: keys.SigningKey = make(CAROL)
    shown = keyring.shown(key)
    signature = key.sign(b"said")
    assert shown.kind == key.kind
    assert shown.verifies(signature, b"said")
    assert not shown.verifies(signature, b"not said")
    assert not shown.verifies(b"", b"said")


def test_a_key_is_read_once() -> None:
    pem = keys.public_pem(keyring.rsa())
    assert keys.public_key("a", CAROL, pem=pem).key is keys.public_key("b", CAROL, pem=pem).key
    private = keys.generate_ed25519()
    assert keys.signing_key("a", private).key is keys.signing_key("b", private).key


def test_rsa_keys_come_in_both_kinds_of_pem() -> None:
    key = keyring.rsa().key
    encoding = serialization.Encoding.PEM
    pkcs1 = key.public_key().public_bytes(encoding, serialization.PublicFormat.PKCS1).decode()
    assert pkcs1.startswith("-----BEGIN RSA PUBLIC KEY-----")
    read = keys.public_key("k", CAROL, pem=pkcs1.replace("\n", "\r\n") + "\n\n")
    assert read.key == keyring.shown(keyring.rsa()).key


def test_the_multibase_of_fep_521a() -> None:
    key = keys.public_key("k", CAROL, multibase=FEP_MULTIBASE)
    assert key.kind == "ed25519"
    secret = keys.signing_key_from_multibase("k", "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
    assert keys.public_multibase(secret) == FEP_MULTIBASE
    with pytest.raises(KeyRefused):
        keys.public_multibase(keyring.rsa())


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param("no key", id="words"),
        pytest.param("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", id="empty"),
        pytest.param(_pem(rsa.generate_private_key(65537, 1024)), id="RSA of 1,024 bits"),
        pytest.param(_numbers(65537, (1 << 9000) + 1), id="RSA of 9,001 bits"),
        pytest.param(_numbers((1 << 40) + 1, (1 << 2047) + 1), id="large exponent"),
        pytest.param(_pem(ec.generate_private_key(ec.SECP256R1())), id="ECDSA"),
        pytest.param(keys.generate_ed25519(), id="a private key"),
        pytest.param("\n" * 9000, id="long"),
        pytest.param("-----BEGIN PUBLIC KEY-----\n\u00fc\ud7ff\n-----END PUBLIC KEY-----", id="not ASCII"),
    ],
)
def test_a_weak_large_or_other_key_is_refused(pem: str) -> None:
    with pytest.raises(KeyRefused):
        keys.public_key("k", CAROL, pem=pem)


@pytest.mark.parametrize(
    "text",
    [
        FEP_MULTIBASE[1:],
        "m" + FEP_MULTIBASE[1:],
        FEP_MULTIBASE[:-1],
        FEP_MULTIBASE + "1",
        "z",
        "z0",
        "z" + base58.encode(b"\xe7\x01" + bytes(32)),  # secp256k1
        "z" + "2" * 5000,
    ],
)
def test_a_multibase_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(KeyRefused):
        keys.public_key("k", CAROL, multibase=text)


def test_a_key_is_shown_in_one_way() -> None:
    pem = keys.public_pem(keyring.rsa())
    with pytest.raises(KeyRefused):
        keys.public_key("k", CAROL)
    with pytest.raises(KeyRefused):
        keys.public_key("k", CAROL, pem=pem, multibase=FEP_MULTIBASE)


def test_a_private_key_that_is_neither_rsa_nor_ed25519_does_not_sign() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(KeyRefused):
        keys.signing_key("k", pem.decode())


def test_an_owner_is_believed_only_with_a_link_back() -> None:
    # GHSA-q9f8-5hc7-898f: a key document on evil's server says that carol owns it.
    forged = keyring.shown(keyring.rsa(EVIL), CAROL)
    published = [keyring.shown(keyring.rsa(CAROL)), keyring.shown(keyring.ed25519(CAROL))]
    with pytest.raises(KeyRefused, match="does not show"):
        keys.confirmed(forged, published)
    same_id = keys.public_key(published[0].id, CAROL, pem=keys.public_pem(keyring.rsa(EVIL)))
    with pytest.raises(KeyRefused):
        keys.confirmed(same_id, published)
    true = keyring.shown(keyring.rsa(CAROL))
    assert keys.confirmed(true, published) is published[0]


def test_a_key_document_with_another_id_is_not_the_key_that_was_asked_for() -> None:
    key = keyring.shown(keyring.rsa(EVIL), EVIL)
    assert keys.require_asked(key, key.id) is key
    with pytest.raises(KeyRefused):
        keys.require_asked(key, "https://evil.example/k1")
