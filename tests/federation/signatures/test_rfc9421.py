"""RFC 9421 signatures: what we sign holds, and everything short of our policy is refused."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.federation import keys
from stoa.federation.digests import content_digest
from stoa.federation.signatures import Request, SignatureRefused, read, rfc9421, sign, verify
from stoa.federation.signatures.message import fields
from tests.federation import keyring
from tests.federation.keyring import CAROL, EVIL

NOW = 1_790_000_000.0
BODY = b'{"type":"Like"}'
INBOX = "https://stoa.example/inbox?a=1"
KEYS = [keyring.rsa(), keyring.ed25519()]
POST = Request(
    "POST", INBOX, (("Host", "stoa.example"), ("Content-Type", "application/activity+json")), BODY
)
GET = Request("GET", "https://stoa.example/users/alice", (("Host", "stoa.example"),))
FULL = '("@method" "@target-uri" "content-digest")'
TIMES = f';created={int(NOW)};keyid="{KEYS[0].id}"'


def signed(request: Request, key: keys.SigningKey = KEYS[0], now: float = NOW) -> Request:
    return replace(
        request, headers=request.headers + tuple(sign(request, key, now, scheme="rfc9421").items())
    )


def stated(
    value: str, request: Request = POST, *, label: str = "sig1", key: keys.SigningKey = KEYS[0]
) -> Request:
    """*request* with the `Signature-Input` *value*, truly signed over what it states."""
    with_digest = (*request.headers, ("Content-Digest", content_digest(request.body)))
    request = replace(request, headers=with_digest)
    text = rfc9421.base(request, fields(request), rfc9421.parse_input(f"{label}={value}"))
    signature = base64.b64encode(key.sign(text)).decode()
    added = (("Signature-Input", f"{label}={value}"), ("Signature", f"{label}=:{signature}:"))
    return replace(request, headers=request.headers + added)


def changed(request: Request, name: str, value: str) -> Request:
    kept = tuple(header for header in request.headers if header[0].lower() != name.lower())
    return replace(request, headers=(*kept, (name, value)))


def check(request: Request, now: float = NOW, key: keys.SigningKey = KEYS[0]) -> str:
    return verify(read(request, now), keyring.shown(key), now)


def refused(request: Request, words: str | None = None, now: float = NOW) -> None:
    with pytest.raises(SignatureRefused, match=words):
        check(request, now)


@pytest.mark.parametrize("key", KEYS, ids=["rsa", "ed25519"])
@pytest.mark.parametrize("request_", [POST, GET], ids=["POST", "GET"])
def test_what_we_sign_holds(request_: Request, key: keys.SigningKey) -> None:
    out = signed(request_, key)
    claim = read(out, NOW)
    assert (claim.scheme, claim.key_id, claim.kind) == ("rfc9421", key.id, key.kind)
    assert check(out, key=key) == CAROL


def test_spaces_that_the_grammar_allows_change_nothing() -> None:
    tight = stated(FULL + TIMES)
    keyid = f'keyid="{KEYS[0].id}"'
    value = f'(  "@method"   "@target-uri" "content-digest"  ); created={int(NOW)};  {keyid}'
    assert check(changed(tight, "Signature-Input", f"sig1={value}")) == CAROL


@pytest.mark.parametrize("label", ["sig1", "pyhms", "*a-b.c_d"])
def test_any_label_will_do(label: str) -> None:
    assert check(stated(FULL + TIMES, label=label)) == CAROL


@pytest.mark.parametrize(
    "value",
    [
        '("content-digest")',  # Mitra 4.7: method and address not signed
        '("@method" "content-digest")',
        '("@target-uri" "content-digest")',
        '("@method" "@target-uri")',
        '("@method" "@path" "@query" "content-digest")',
        '("@method" "@authority" "@path" "content-digest")',
        '("@method" "@authority" "@query" "content-digest")',
        "()",
    ],
)
def test_what_must_be_signed_must_be(value: str) -> None:
    refused(stated(value + TIMES), "not signed")


def test_a_get_needs_no_digest_unless_it_has_a_body() -> None:
    assert check(stated('("@method" "@target-uri")' + TIMES, GET)) == CAROL
    refused(stated('("@method" "@target-uri")' + TIMES, replace(GET, body=b"x")), "digest")


@pytest.mark.parametrize(
    "value",
    [
        FULL + f';keyid="{KEYS[0].id}"',
        FULL + f";created={int(NOW)}",
        FULL + f';created={int(NOW)};keyid=""',
        FULL + f';created={int(NOW)};keyid="there"',
        FULL + f';created="{int(NOW)}";keyid="{KEYS[0].id}"',
        FULL + f";created={int(NOW)};keyid=token",
        FULL + TIMES + ';alg="none"',
        FULL + TIMES + ';alg="hmac-sha256"',
        FULL + TIMES + ';alg="rsa-pss-sha512"',
        FULL + TIMES + ";alg=rsa",
        FULL + TIMES + ';alg="ed25519"',
        FULL + TIMES + f";expires={int(NOW) - 3601}",
        FULL + TIMES + ';expires="never"',
    ],
)
def test_a_bypass_by_parameters_is_refused(value: str) -> None:
    refused(stated(value))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "garbage",
        "sig1",
        "sig1=",
        "sig1=()",
        "sig1=(@method)" + TIMES,
        'sig1=("@method"' + TIMES,
        'sig1=("@method""@target-uri" "content-digest")' + TIMES,
        'SIG1=("@method" "@target-uri" "content-digest")' + TIMES,
        f"sig1={FULL}{TIMES}, sig2={FULL}{TIMES}",
        f"sig1={FULL}{TIMES};created={int(NOW)}",
        f"sig1={FULL}{TIMES};flag",
        f"sig1={FULL}{TIMES};flag=?1",
        f"sig1={FULL}{TIMES};created=007",
        f"sig1={FULL}{TIMES};nonce=:AAAA:",
        f"sig1={FULL}{TIMES};nonce=1.5",
        f"sig2={FULL}{TIMES}",
        'sig1=("@method" "@method" "@target-uri" "content-digest")' + TIMES,
        'sig1=("@method" "@target-uri" "content-digest";sf)' + TIMES,
        'sig1=("@method" "@target-uri" "content-digest";key="sha-256")' + TIMES,
        'sig1=("@method" "@target-uri" "content-digest" "@query-param";name="a")' + TIMES,
        'sig1=("@method";req "@target-uri" "content-digest")' + TIMES,
        'sig1=("@method" "@target-uri" "content-digest" "@status")' + TIMES,
        'sig1=("@method" "@target-uri" "content-digest" "@made-up")' + TIMES,
        'sig1=("@method" "@target-uri" "content-digest" "@signature-params")' + TIMES,
        'sig1=("@method" "@target-uri" "content-digest" "x-missing")' + TIMES,
        'sig1=("@method" "@target-uri" "Content-Digest")' + TIMES,
        'sig1=("@method" "@target-uri" "content-digest" "a\\"b")' + TIMES,
        "sig1=(" + " " * 8000 + "x",
        "sig1=(" + '"a" ' * 2000 + "x",
        "sig1=(" + " ".join(f'"x{i}"' for i in range(40)) + ")" + TIMES,
        f'sig1={FULL}{TIMES};nonce="{"n" * 9000}"',
    ],
    ids=lambda value: value[:60],
)
def test_garbage_and_tricks_are_refused(value: str) -> None:
    refused(changed(stated(FULL + TIMES), "Signature-Input", value))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "sig1",
        "sig1=",
        "sig1=::",
        "sig1=:%:",
        "sig2=:AAAA:",
        "sig1=:AAAA:",
        "sig1=:AAAA:, sig2=:AAAA:",
        "AAAA",
    ],
)
def test_a_broken_signature_is_refused(value: str) -> None:
    refused(changed(stated(FULL + TIMES), "Signature", value))


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest", "Host"])
def test_a_doubled_header_is_refused(name: str) -> None:
    request = stated(FULL + TIMES)
    value = dict(request.headers)[name]
    refused(replace(request, headers=(*request.headers, (name.lower(), value))), "twice")


def test_two_signatures_are_one_too_many() -> None:
    request = stated(FULL + TIMES)
    headers = dict(request.headers)
    both = changed(request, "Signature-Input", f"sig1={FULL}{TIMES}, sig2={FULL}{TIMES}")
    signature = headers["Signature"]
    second = signature.replace("sig1", "sig2")
    refused(changed(both, "Signature", f"{signature}, {second}"), "cannot be read")


@pytest.mark.parametrize(
    ("seconds", "fine"),
    [(0, True), (-1800, True), (-3900, True), (3600, True), (-3901, False), (3601, False)],
)
def test_the_clock_of_the_sender_may_be_an_hour_off(seconds: int, fine: bool) -> None:
    request = signed(POST, now=NOW + seconds)
    if fine:
        assert check(request) == CAROL
    else:
        refused(request, "too old|future")


def test_an_end_counts_up_to_twelve_hours() -> None:
    request = stated(FULL + TIMES + f";expires={int(NOW) + 10**6}")
    assert check(request, NOW + 12 * 3600) == CAROL
    refused(request, "too old", NOW + 13 * 3600 + 1)
    refused(stated(FULL + f';created=-1;keyid="{KEYS[0].id}"'), "too old")


def test_a_body_that_was_changed_after_signing_is_refused() -> None:
    refused(replace(signed(POST), body=BODY + b" "), "not that of the body")
    other = changed(replace(signed(POST), body=b"other"), "Content-Digest", content_digest(b"other"))
    refused(other, "not of this key")


def test_a_digest_that_is_not_signed_does_not_count() -> None:
    # Mitra 4.11: the right `Digest` beside a signed `Content-Digest` of another body.
    request = replace(signed(POST), body=b"other")
    refused(changed(request, "Digest", "SHA-256=" + content_digest(b"other")[9:-1]), "not that of the body")


def test_a_request_signed_for_another_server_is_refused() -> None:
    # Mitra 5.4
    captured = signed(Request("POST", "https://evil.example/inbox", POST.headers, BODY))
    refused(replace(captured, url="https://stoa.example/inbox"), "not of this key")


@pytest.mark.parametrize(
    "url", ["https://stoa.example/inbox", "https://stoa.example/inbox?a=2", "http://stoa.example/inbox?a=1"]
)
def test_another_address_or_method_is_refused(url: str) -> None:
    refused(replace(signed(POST), url=url), "not of this key")
    refused(replace(signed(POST), method="PUT"), "not of this key")


def test_a_signature_of_another_key_is_refused() -> None:
    out = signed(POST, keys.SigningKey(KEYS[0].id, keyring.rsa(EVIL).key))
    refused(out, "not of this key")
    claim = read(signed(POST, KEYS[1]), NOW)
    wrong_kind = keys.public_key(KEYS[1].id, CAROL, pem=keys.public_pem(KEYS[0]))
    with pytest.raises(SignatureRefused, match="algorithm"):
        verify(claim, wrong_kind, NOW)


def test_the_other_scheme_is_no_way_around() -> None:
    # A cavage signature beside a Signature-Input is read as what the latter says.
    out = replace(POST, headers=POST.headers + tuple(sign(POST, KEYS[0], NOW).items()))
    assert check(out) == CAROL
    refused(replace(out, headers=(*out.headers, ("signature-input", f"sig1={FULL}{TIMES}"))), "exactly one")


_pieces = st.lists(
    st.sampled_from(['"', "(", ")", ";", "=", ",", " ", "\\", ":", "@method", "a", "1", "sig1", "?1", "-"])
)


@given(_pieces.map("".join) | st.text(), _pieces.map("".join) | st.text())
def test_no_header_raises_anything_else(value: str, signature: str) -> None:
    request = changed(changed(POST, "Signature-Input", value), "Signature", signature)
    with pytest.raises(SignatureRefused):
        read(request, NOW)
    told = changed(
        changed(stated(FULL + TIMES), "Signature-Input", f"sig1={FULL}{value}"), "Signature", signature
    )
    with pytest.raises(SignatureRefused):
        read(told, NOW)
