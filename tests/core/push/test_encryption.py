"""What is sent is read by who has the app's keys, and by nobody else."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from stoa.core.push import encryption, vapid
from tests.core.push.app import App


def test_the_example_of_the_rfc_comes_out_byte_by_byte() -> None:
    """RFC 8291, section 5."""
    number = int.from_bytes(encryption.from_base64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encryption.aes128gcm(
        b"When I grow up, I want to be a watermelon",
        encryption.from_base64(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        encryption.from_base64("BTBZMqHH6r4Tts7J_aSIgg"),
        own=ec.derive_private_key(number, ec.SECP256R1()),
        salt=encryption.from_base64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encryption.to_base64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("message", [b"", b"Hello.", bytes(encryption.MAX_BYTES)])
def test_the_app_reads_it_in_either_form_and_another_does_not(message: bytes) -> None:
    app, other = App(), App()
    standard = encryption.aes128gcm(message, app.key, app.secret)
    assert len(standard) <= encryption.RECORD_BYTES
    assert app.read(standard) == message
    body, salt, own = encryption.aesgcm(message, app.key, app.secret)
    assert app.read_draft(body, salt, own) == message
    with pytest.raises(InvalidTag):
        other.read(standard)
    with pytest.raises(InvalidTag):
        other.read_draft(body, salt, own)


@pytest.mark.parametrize("text", ["a_-b", "a/+b", "a/+b==", " YQ== ", "YQ"])
def test_either_alphabet_will_do(text: str) -> None:
    assert encryption.from_base64(text) in (bytes.fromhex("6bff9b"), b"a")


@pytest.mark.parametrize("key", [b"", b"\4" + bytes(64), b"\2" * 33, bytes(65), b"\4" * 65])
def test_what_is_no_point_is_no_key(key: bytes) -> None:
    with pytest.raises(encryption.KeyRefused):
        encryption.public_key(key)


def test_a_push_service_can_check_who_sends() -> None:
    """RFC 8292, section 2."""
    key = vapid.new_key()
    said = vapid.headers(key, "https://push.example:8443/to/me?x=1", "mailto:owner@stoa.example", 1000.5)
    scheme, _, rest = said["Authorization"].partition(" ")
    parts = dict(one.strip().split("=", 1) for one in rest.split(","))
    header, claims, signature = parts["t"].split(".")
    assert scheme == "vapid"
    assert parts["k"] == vapid.server_key(key).rstrip("=")
    assert json.loads(encryption.from_base64(header)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(encryption.from_base64(claims)) == {
        "aud": "https://push.example:8443",
        "exp": 1000 + vapid.VALID_SECONDS,
        "sub": "mailto:owner@stoa.example",
    }
    raw = encryption.from_base64(signature)
    numbers = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    public = encryption.public_key(encryption.from_base64(parts["k"]))
    public.verify(encode_dss_signature(*numbers), f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
