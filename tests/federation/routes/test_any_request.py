"""Whatever is asked for, in whatever way, nothing breaks (security list, B4)."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stoa.federation import app as federation
from tests.client import Client
from tests.federation.asking import DOCUMENT
from tests.make import Make

PATHS = [
    *(path for path, _ in (*federation.OPEN, *federation.DOCUMENTS)),
    *(
        prefix + suffix
        for prefix, (suffix, _) in itertools.product(
            (federation.NUMBERED, federation.NAMED), federation.OF_PEOPLE
        )
    ),
    "/@{acct}",
    "/@{acct}/{id}",
]
ODD = st.one_of(
    st.sampled_from(
        ["alice", "1", "0", "-1", "9" * 19, "9223372036854775808", "²", "%00", "%ff", "..", "a/b"]
    ),
    st.text(max_size=30).filter(lambda text: "\0" not in text),
)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    path=st.sampled_from(PATHS),
    odd=ODD,
    other=ODD,
    query=st.one_of(
        st.just("page=true"), st.text(max_size=60), st.builds("page=true&max_id={}".format, ODD)
    ),
    accept=st.one_of(st.just(DOCUMENT), HEADER),
    signature=st.one_of(
        st.none(),
        HEADER,
        st.builds('keyId="{}",signature="AA=="'.format, HEADER),
        st.just('keyId="acct:@"'),
    ),
)
async def test_no_request_breaks_anything(
    client: Client,
    make: Make,
    path: str,
    odd: str,
    other: str,
    query: str,
    accept: str,
    signature: str | None,
) -> None:
    asked = path
    for name in ("id", "username", "acct", "version", "shortcode"):
        asked = asked.replace(f"{{{name}}}", odd)
    for name in ("status", "number"):
        asked = asked.replace(f"{{{name}}}", other)
    headers = {"accept": accept}
    if signature is not None:
        headers |= {"signature": signature, "date": "Sun, 22 Nov 2026 21:00:00 GMT"}
    for method in ("GET", "HEAD"):
        answer = await client.request(
            method, asked.replace("?", "%3F").replace("#", "%23"), query=None, headers=headers
        )
        assert answer.status < 500
        answer = await client.request(
            method, f"{asked.partition('?')[0].partition('#')[0]}?{query}", headers=headers
        )
        assert answer.status < 500
