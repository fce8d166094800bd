"""Digests are compared with the very body, and only strong ones count."""

from __future__ import annotations

import base64
import hashlib

import pytest

from stoa.federation.digests import (
    DigestRefused,
    check_content_digest,
    check_digest,
    content_digest,
    digest,
)

BODY = b'{"hello": "world"}'
SHA256 = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
# RFC 9421 appendix B.2, the message of the examples.
SHA512 = "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew=="


def test_what_we_write_we_accept() -> None:
    assert digest(BODY) == f"SHA-256={SHA256}"
    assert content_digest(BODY) == f"sha-256=:{SHA256}:"
    check_digest(digest(BODY), BODY)
    check_content_digest(content_digest(BODY), BODY)


@pytest.mark.parametrize(
    "value", [f"sha-256={SHA256}", f"SHA-512=x, Sha-256={SHA256}", f"a=b,SHA-256={SHA256}"]
)
def test_the_sha_256_of_a_digest_is_found_in_any_case_and_company(value: str) -> None:
    check_digest(value, BODY)


def test_content_digest_takes_sha_512_and_passes_over_what_it_does_not_know() -> None:
    check_content_digest(f"sha-512=:{SHA512}:", BODY)
    check_content_digest(f"md5=:AAAA:, sha-256=:{SHA256}:", BODY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "SHA-256",
        "SHA-256=",
        "SHA-256=not base64",
        f"SHA-512={SHA512}",
        "SHA-256=" + base64.b64encode(hashlib.sha256(b"other").digest()).decode(),
        f"SHA-256={SHA256}, SHA-256=" + base64.b64encode(hashlib.sha256(b"other").digest()).decode(),
        f"SHA-256={SHA256[:-4]}",
        f"SHA-256={SHA256}" + ", a=b" * 300,
    ],
)
def test_a_wrong_weak_or_missing_digest_is_refused(value: str) -> None:
    with pytest.raises(DigestRefused):
        check_digest(value, BODY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        f"sha-256={SHA256}",
        f"SHA-256=:{SHA256}:",
        "md5=:AAAA:",
        f"sha-256=:{SHA256}:, sha-512=:{SHA256}:",
        f"sha-256=:{SHA256}:;a=1",
        "sha-256=:" + base64.b64encode(hashlib.sha256(b"other").digest()).decode() + ":",
        "sha-256=:=:",
    ],
)
def test_a_wrong_weak_or_unreadable_content_digest_is_refused(value: str) -> None:
    with pytest.raises(DigestRefused):
        check_content_digest(value, BODY)
