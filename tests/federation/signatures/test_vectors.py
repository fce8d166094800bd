"""The examples that the specifications print.

RFC 9421 appendix B.2 and section 4.3.  Our policy refuses most of them, since they leave out the
query, the digest of the body or more; so what is compared is what is signed (section 2.5), byte for
byte, with the printed signature over it checked by its own algorithm.  Not applicable: B.2.2 covers
`@query-param`, which we refuse; B.2.4 signs an answer; B.3 is ECDSA over `Client-Cert`, which a proxy
adds that we do not have.
"""

from __future__ import annotations

import base64
import hmac
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from stoa.federation import digests, keys
from stoa.federation.signatures import Request, SignatureRefused, cavage, read, rfc9421, verify
from stoa.federation.signatures.message import fields

NOW = 1618884473.0

# RFC 9421 appendix B.1.
RSA = """-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----
"""
RSA_PSS = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
"""
ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
ED25519_PRIVATE = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
SHARED_SECRET = base64.b64decode(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)

DIGEST = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
)
REQUEST = Request(
    "POST",
    "https://example.com/foo?param=Value&Pet=dog",
    (
        ("Host", "example.com"),
        ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("Content-Type", "application/json"),
        ("Content-Digest", DIGEST),
        ("Content-Length", "18"),
    ),
    b'{"hello": "world"}',
)


class Vector(NamedTuple):
    """A printed `Signature-Input` and the signature that goes with it."""

    stated: str
    signature: str


B21 = Vector(
    'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckz"
    "XaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWw"
    "E56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K"
    "3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
)
B23 = Vector(
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" '
    '"content-length");created=1618884473;keyid="test-key-rsa-pss"',
    "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768Z"
    "rCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7Y"
    "fW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5"
    "ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
)
B25 = Vector(
    'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
)
B26 = Vector(
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;'
    'keyid="test-key-ed25519"',
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
)
PROXY = Vector(  # section 4.3
    'proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" "content-length" '
    '"forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540',
    "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpX"
    "JleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9"
    "y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbL"
    "Vdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==",
)


B4 = Vector(
    'transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
    "ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==",
)


def signed_text(request: Request, stated: str) -> bytes:
    return rfc9421.base(request, fields(request), rfc9421.parse_input(stated))


def with_signature(request: Request, vector: Vector) -> Request:
    label = vector.stated.partition("=")[0]
    added = (("Signature-Input", vector.stated), ("Signature", f"{label}=:{vector.signature}:"))
    return Request(request.method, request.url, request.headers + added, request.body)


def test_b_2_1_minimal() -> None:
    text = signed_text(REQUEST, B21.stated)
    assert text == b'"@signature-params": ' + B21.stated.removeprefix("sig-b21=").encode()
    _verify_pss(B21.signature, text)


def test_b_2_3_full_coverage() -> None:
    text = signed_text(REQUEST, B23.stated)
    assert text.decode().splitlines()[:-1] == [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@query": ?param=Value&Pet=dog',
        '"@authority": example.com',
        '"content-type": application/json',
        f'"content-digest": {DIGEST}',
        '"content-length": 18',
    ]
    _verify_pss(B23.signature, text)


def test_b_2_5_shared_secret() -> None:
    text = signed_text(REQUEST, B25.stated)
    assert hmac.digest(SHARED_SECRET, text, "sha256") == base64.b64decode(B25.signature)


def test_b_2_6_ed25519() -> None:
    text = signed_text(REQUEST, B26.stated)
    signature = base64.b64decode(B26.signature)
    assert keys.public_key("test-key-ed25519", "x", pem=ED25519).verifies(signature, text)
    assert keys.signing_key("test-key-ed25519", ED25519_PRIVATE).sign(text) == signature


def test_4_3_rsa_v1_5_sha256() -> None:
    forwarded = ("Forwarded", "for=192.0.2.123;host=example.com;proto=https")
    request = Request(
        "POST",
        "https://origin.host.internal.example/foo?param=Value&Pet=dog",
        (("Host", "origin.host.internal.example"), *REQUEST.headers[1:], forwarded),
        REQUEST.body,
    )
    text = signed_text(request, PROXY.stated)
    key = keys.public_key("test-key-rsa", "x", pem=RSA)
    assert key.verifies(base64.b64decode(PROXY.signature), text)
    assert not key.verifies(base64.b64decode(PROXY.signature), text.replace(b"/foo", b"/bar"))


def test_b_4_repeated_headers_are_one() -> None:
    signature = base64.b64decode(B4.signature)
    key = keys.public_key("test-key-ed25519", "x", pem=ED25519)
    address = "https://example.org/demo?name1=Value1&Name2=value2"
    twice = (("Host", "example.org"), ("Accept", "application/json"), ("Accept", "*/*"))
    once = (("Accept", "application/json, */*"), ("Host", "example.org"), ("X-Added", "by a proxy"))
    other = (("Accept", "*/*"), ("Accept", "application/json"), ("Host", "example.org"))
    assert key.verifies(signature, signed_text(Request("GET", address, twice), B4.stated))
    assert key.verifies(signature, signed_text(Request("GET", address, once), B4.stated))
    assert not key.verifies(signature, signed_text(Request("GET", address, other), B4.stated))


def test_the_digest_of_the_examples_is_that_of_their_body() -> None:
    digests.check_content_digest(DIGEST, REQUEST.body)


@pytest.mark.parametrize(
    "vector", [B21, B23, B25, B26, PROXY, B4], ids=lambda vector: vector.stated.partition("=")[0]
)
def test_our_policy_asks_for_more_than_the_examples_do(vector: Vector) -> None:
    with pytest.raises(SignatureRefused):
        read(with_signature(REQUEST, vector), NOW)


def test_b_2_2_query_parameters_are_no_component_of_ours() -> None:
    stated = (
        'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;'
        'keyid="test-key-rsa-pss";tag="header-example"'
    )
    with pytest.raises(SignatureRefused):
        rfc9421.parse_input(stated)


# draft-cavage-http-signatures-12 appendix C; its key has 1,024 bits, which we would refuse.
CAVAGE = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
"""
CAVAGE_REQUEST = Request(
    "POST",
    "https://example.com/foo?param=value&pet=dog",
    (
        ("Host", "example.com"),
        ("Date", "Sun, 05 Jan 2014 21:31:40 GMT"),
        ("Content-Type", "application/json"),
        ("Digest", "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="),
        ("Content-Length", "18"),
    ),
    b'{"hello": "world"}',
)
CAVAGE_NOW = 1388957500.0
CAVAGE_SIGNATURES = {
    "date": (
        "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+l"
        "avg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="
    ),
    "(request-target) host date": (
        "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFY"
        "Rqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="
    ),
    "(request-target) host date content-type digest content-length": (
        "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V0"
        "1IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="
    ),
}


@pytest.mark.parametrize("names", CAVAGE_SIGNATURES)
def test_cavage_appendix_c(names: str) -> None:
    target = "/foo?param=value&pet=dog"
    text = cavage.base(CAVAGE_REQUEST, fields(CAVAGE_REQUEST), names.split(), {}, target)
    key = serialization.load_pem_public_key(CAVAGE.encode())
    assert isinstance(key, RSAPublicKey)
    key.verify(base64.b64decode(CAVAGE_SIGNATURES[names]), text, padding.PKCS1v15(), hashes.SHA256())


def test_cavage_c_3_is_read_and_verified_as_a_whole() -> None:
    names = "(request-target) host date content-type digest content-length"
    value = (
        f'keyId="https://example.com/Test",algorithm="rsa-sha256",headers="{names}",'
        f'signature="{CAVAGE_SIGNATURES[names]}"'
    )
    headers = (*CAVAGE_REQUEST.headers, ("Signature", value))
    claim = read(Request("POST", CAVAGE_REQUEST.url, headers, CAVAGE_REQUEST.body), CAVAGE_NOW)
    key = serialization.load_pem_public_key(CAVAGE.encode())
    assert isinstance(key, RSAPublicKey)
    assert verify(claim, keys.PublicKey("https://example.com/Test", "test", key), CAVAGE_NOW) == "test"


def _verify_pss(signature: str, text: bytes) -> None:
    key = serialization.load_pem_public_key(RSA_PSS.encode())
    assert isinstance(key, RSAPublicKey)
    pss = padding.PSS(padding.MGF1(hashes.SHA512()), 64)
    key.verify(base64.b64decode(signature), text, pss, hashes.SHA512())
