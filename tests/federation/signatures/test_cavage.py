"""draft-cavage signatures: what we sign holds, and everything short of our policy is refused."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.federation import keys
from stoa.federation.digests import digest
from stoa.federation.signatures import Request, SignatureRefused, read, sign, signer, verify
from tests.federation import keyring
from tests.federation.keyring import CAROL, EVIL

NOW = 1_790_000_000.0
BODY = b'{"type":"Like"}'
INBOX = "https://stoa.example/inbox"
KEY = keyring.rsa()
SHOWN = keyring.shown(KEY)
POST = Request(
    "POST", INBOX, (("Host", "stoa.example"), ("Content-Type", "application/activity+json")), BODY
)
GET = Request("GET", "https://stoa.example/users/alice/outbox?page=true", (("Host", "stoa.example"),))


def with_headers(request: Request, **changed: str | None) -> Request:
    """*request* with headers set (`_` for `-`), or taken away with None."""
    names = {name.replace("_", "-").lower(): value for name, value in changed.items()}
    kept = tuple(header for header in request.headers if header[0].lower() not in names)
    return replace(request, headers=kept + tuple((n, v) for n, v in names.items() if v is not None))


def signed(request: Request, key: keys.SigningKey = KEY, now: float = NOW) -> Request:
    added = sign(request, key, now)
    return replace(request, headers=request.headers + tuple(added.items()))


def by_hand(
    names: str,
    request: Request = POST,
    *,
    key: keys.SigningKey = KEY,
    parameters: str = 'algorithm="rsa-sha256",',
    times: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    target: str | None = None,
) -> Request:
    """*request* signed over *names* as told, whatever our policy says of it."""
    given = {"host": "stoa.example", "date": formatdate(NOW, usegmt=True), "digest": digest(request.body)}
    given |= {name.lower(): value for name, value in request.headers} | (headers or {})
    path = target or request.url.removeprefix("https://stoa.example")
    values = given | {"(request-target)": f"{request.method.lower()} {path}"} | (times or {})
    text = "\n".join(f"{name}: {values[name.lower()]}" for name in names.split())
    signature = base64.b64encode(key.sign(text.encode())).decode()
    value = f'keyId="{key.id}",{parameters}headers="{names}",signature="{signature}"'
    return replace(request, headers=(*given.items(), ("Signature", value)))


def check(request: Request, now: float = NOW, key: keys.PublicKey = SHOWN) -> str:
    return verify(read(request, now), key, now)


def refused(request: Request, words: str | None = None, now: float = NOW) -> None:
    with pytest.raises(SignatureRefused, match=words):
        check(request, now)


ALL = "(request-target) host date digest"


@pytest.mark.parametrize("request_", [POST, GET], ids=["POST", "GET"])
def test_what_we_sign_holds(request_: Request) -> None:
    out = signed(request_)
    claim = read(out, NOW)
    assert claim.scheme == "cavage"
    assert claim.key_id == KEY.id
    assert verify(claim, SHOWN, NOW) == CAROL


def test_what_is_signed_is_what_others_ask_for() -> None:
    post, get = dict(signed(POST).headers), dict(signed(GET).headers)
    assert 'algorithm="rsa-sha256"' in post["Signature"]
    assert 'headers="(request-target) host date digest content-type"' in post["Signature"]
    assert post["Digest"] == digest(BODY)
    assert 'headers="(request-target) host date"' in get["Signature"]
    assert "Digest" not in get


def test_the_header_of_followers_synchronisation_is_signed_when_there() -> None:
    out = signed(with_headers(POST, collection_synchronization='digest="00"'))
    assert "collection-synchronization" in read(out, NOW).covered
    refused(with_headers(out, collection_synchronization='digest="11"'), "not of this key")


def test_a_signer_signs_what_http_client_hands_it() -> None:
    make = signer(KEY, clock=lambda: NOW)
    added = make("POST", INBOX, {"Content-Type": "application/activity+json"}, BODY)
    assert added == sign(replace(POST, headers=POST.headers[1:]), KEY, NOW)
    without = signer(KEY, clock=lambda: NOW, with_query=False)("GET", GET.url, {}, b"")
    assert without != signer(KEY, clock=lambda: NOW)("GET", GET.url, {}, b"")
    assert signer(KEY, clock=lambda: NOW, scheme="rfc9421")("GET", GET.url, {}, b"").keys() == {
        "Signature-Input",
        "Signature",
    }


@pytest.mark.parametrize("parameters", ["", 'algorithm="hs2019",', 'algorithm="rsa-sha256",'])
def test_the_three_ways_to_name_the_algorithm(parameters: str) -> None:
    assert check(by_hand(ALL, parameters=parameters)) == CAROL


def test_an_ed25519_key_signs_under_hs2019() -> None:
    key = keyring.ed25519()
    out = signed(POST, key)
    assert 'algorithm="hs2019"' in dict(out.headers)["Signature"]
    assert check(out, key=keyring.shown(key)) == CAROL
    wrong = by_hand(ALL, key=key)
    with pytest.raises(SignatureRefused, match="algorithm"):
        check(wrong, key=keyring.shown(key))


def test_created_and_expires_count_where_they_are_signed() -> None:
    names = "(request-target) (created) (expires) host digest"
    times = {"(created)": str(int(NOW)), "(expires)": str(int(NOW) + 60)}
    parameters = f'algorithm="hs2019",created={int(NOW)},expires={int(NOW) + 60},'
    request = by_hand(names, parameters=parameters, times=times)
    assert check(request) == CAROL
    assert check(request, NOW + 3600) == CAROL
    refused(request, "too old", NOW + 3700)
    later = by_hand(
        names, parameters=parameters.replace(f"expires={int(NOW) + 60}", "expires=1"), times=times
    )
    refused(later, "too old")
    refused(by_hand(names, parameters='algorithm="hs2019",', times=times), "created")
    refused(
        by_hand(names, parameters=parameters.replace("hs2019", "rsa-sha256"), times=times), "rsa-sha256"
    )


def test_an_unsigned_end_does_not_lengthen_a_signature() -> None:
    request = by_hand(ALL, parameters=f'algorithm="hs2019",expires={int(NOW) + 40_000},')
    refused(request, "too old", NOW + 20_000)


@pytest.mark.parametrize(
    ("minutes", "fine"),
    [(0, True), (-30, True), (-64, True), (59, True), (-66, False), (-13 * 60, False), (120, False)],
)
def test_the_clock_of_the_sender_may_be_an_hour_off(minutes: int, fine: bool) -> None:
    request = signed(POST, now=NOW + 60 * minutes)
    if fine:
        assert check(request) == CAROL
    else:
        refused(request, "too old|future")


def test_no_signature_lasts_longer_than_twelve_hours() -> None:
    names = "(request-target) (created) (expires) host digest"
    end = int(NOW) + 10**6
    request = by_hand(
        names,
        parameters=f'algorithm="hs2019",created={int(NOW)},expires={end},',
        times={"(created)": str(int(NOW)), "(expires)": str(end)},
    )
    assert check(request, NOW + 12 * 3600) == CAROL
    refused(request, "too old", NOW + 13 * 3600 + 1)


def test_a_query_may_be_left_out_of_what_is_signed() -> None:
    # F4.5: GoToSocial and others sign the path alone.
    assert check(signed(GET)) == CAROL
    added = sign(GET, KEY, NOW, with_query=False)
    assert check(replace(GET, headers=GET.headers + tuple(added.items()))) == CAROL
    refused(
        by_hand("(request-target) host date", GET, target="/users/alice/outbox?page=false"), "not of this"
    )


def test_a_missing_signature_is_refused() -> None:
    # CVE-2023-49079
    refused(POST, "no signature")
    refused(with_headers(POST, signature=""), "no signature")


@pytest.mark.parametrize(
    "value",
    [
        "garbage",
        "keyId=",
        'keyId="https://there.example/k"',
        'keyId="https://there.example/k",keyId="https://evil.example/k",headers="date",signature="AA=="',
        'keyId="https://there.example/k";headers="date"',
        "Signature " * 2000,
        'keyId="' + "x" * 9000 + '"',
        'a="b",' * 100,
        "sig1=:AAAA:",
        '{"keyId": "x"}',
        'keyId="there",headers="(request-target) host date digest",signature="AA=="',
    ],
    ids=lambda value: value[:20],
)
def test_garbage_is_refused(value: str) -> None:
    refused(with_headers(signed(POST), signature=value))


def _altered(pattern: str, replacement: str) -> Request:
    out = signed(POST)
    value = dict(out.headers)["Signature"]
    changed = re.sub(pattern, replacement, value)
    assert changed != value
    return with_headers(out, signature=changed)


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r'headers="[^"]*"', 'headers=""'),
        (r'headers="[^"]*",', ""),
        ("rsa-sha256", "none"),
        ("rsa-sha256", "hmac-sha256"),
        ("rsa-sha256", "rsa-sha1"),
        ("rsa-sha256", "RSA-SHA256"),
        (r'signature="[^"]*"', 'signature=""'),
        (r'signature="[^"]*"', 'signature="AAAA"'),
        (r'signature="[^"]*"', 'signature="%%"'),
        ("host date", "date host"),
        ("host date", "host date date"),
        ("content-type", "content-type x-missing"),
        ("content-type", "content-type @method"),
        ("content-type", "content-type (made-up)"),
        ("keyId=", "keyid="),
        (KEY.id, f"{EVIL}#main-key"),
    ],
)  # fmt: skip
def test_a_bypass_of_verification_is_refused(pattern: str, replacement: str) -> None:
    # CVE-2026-28432: empty and missing `headers`, other algorithms, and their kin.
    refused(_altered(pattern, replacement))


@pytest.mark.parametrize("name", ["Signature", "Digest", "Host", "Date", "Content-Type"])
def test_a_doubled_header_is_refused(name: str) -> None:
    out = signed(POST)
    value = dict(out.headers)[name]
    refused(replace(out, headers=(*out.headers, (name.lower(), value))), "twice")
    refused(replace(out, headers=((name.upper(), "other"), *out.headers)), "twice")


def test_other_doubled_headers_are_joined_as_the_draft_says() -> None:
    request = by_hand(f"{ALL} x-other", headers={"x-other": "1, 2"})
    headers = tuple(header for header in request.headers if header[0] != "x-other")
    assert check(replace(request, headers=(*headers, ("X-Other", "1"), ("x-other", " 2 ")))) == CAROL


@pytest.mark.parametrize(
    "names",
    ["host date digest", "(request-target) date digest", "(request-target) host digest", "date", "digest"],
)
def test_what_must_be_signed_must_be(names: str) -> None:
    refused(by_hand(names), "signed")


def test_the_digest_must_be_signed_where_there_is_a_body() -> None:
    refused(by_hand("(request-target) host date"), "digest")
    refused(by_hand("(request-target) host date", replace(GET, body=b"x")), "digest")
    assert check(by_hand("(request-target) host date", GET)) == CAROL


def test_a_body_that_was_changed_after_signing_is_refused() -> None:
    # Mitra 2.9
    refused(replace(signed(POST), body=BODY + b" "), "not that of the body")
    refused(replace(signed(POST), body=b""), "not that of the body")
    refused(with_headers(replace(signed(POST), body=b"other"), digest=digest(b"other")), "not of this key")


def test_only_the_digest_that_is_signed_counts() -> None:
    # Mitra 4.7, 4.11: a right digest in a header that nobody signed.
    request = by_hand(f"{ALL}", headers={"digest": digest(b"signed")})
    refused(with_headers(request, content_digest="sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"))
    fine = with_headers(signed(POST), content_digest="sha-256=:AAAA:")
    assert check(fine) == CAROL


def test_a_request_signed_for_another_server_is_refused() -> None:
    # Mitra 5.4: evil's inbox hands on what it was sent.
    captured = signed(Request("POST", "https://evil.example/inbox", (("Host", "evil.example"),), BODY))
    refused(replace(captured, url=INBOX), "not of this key")
    renamed = with_headers(captured, host="stoa.example")
    refused(replace(renamed, url=INBOX), "not of this key")


def test_a_proxy_may_change_the_host_header_but_not_what_was_signed() -> None:
    assert check(with_headers(signed(POST), host="127.0.0.1:8000")) == CAROL
    assert check(with_headers(signed(POST), host=None)) == CAROL
    assert check(by_hand(ALL, headers={"host": "Stoa.Example:443"})) == CAROL


def test_another_path_or_method_is_refused() -> None:
    refused(replace(signed(POST), url="https://stoa.example/users/alice/inbox"))
    refused(replace(signed(POST), method="PUT"))


def test_the_key_must_be_the_one_that_is_named_and_not_have_expired() -> None:
    claim = read(signed(POST), NOW)
    other = keys.public_key(f"{CAROL}#other", CAROL, pem=keys.public_pem(KEY))
    with pytest.raises(SignatureRefused, match="another key"):
        verify(claim, other, NOW)
    with pytest.raises(SignatureRefused, match="expired"):
        verify(claim, keyring.shown(KEY, expires=NOW - 1), NOW)
    forged = keys.public_key(KEY.id, CAROL, pem=keys.public_pem(keyring.rsa(EVIL)))
    with pytest.raises(SignatureRefused, match="not of this key"):
        verify(claim, forged, NOW)


def test_a_legacy_acct_key_id_is_for_the_caller_to_resolve() -> None:
    out = signed(POST, keys.SigningKey("acct:carol@there.example", KEY.key))
    assert check(out) == CAROL


def test_no_line_can_be_smuggled_into_what_is_signed() -> None:
    with pytest.raises(SignatureRefused):
        sign(with_headers(POST, content_type="a\nhost: evil.example"), KEY, NOW)
    refused(with_headers(signed(POST), content_type="a\nb"))
    refused(with_headers(signed(POST), content_type="\u00fc"))
    refused(replace(signed(POST), url=INBOX + "\n"), "address")


@pytest.mark.parametrize(
    "date",
    [
        "",
        "now",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 41 Nov 1994 08:49:37 GMT",
        "1790000000",
    ],
)
def test_a_date_that_is_none_is_refused(date: str) -> None:
    refused(by_hand(ALL, headers={"date": date}), "date")


@given(st.text(), st.text(), st.text())
def test_no_header_raises_anything_else(signature: str, date: str, digest_: str) -> None:
    request = with_headers(POST, signature=signature, date=date, digest=digest_)
    with pytest.raises(SignatureRefused):
        read(request, NOW)
    told = f'keyId="https://a.example/k",headers="{ALL} x",created=1,expires=2,signature="{signature}"'
    with pytest.raises(SignatureRefused):
        read(with_headers(request, signature=told), NOW)
