"""GETs as other servers make them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from stoa.federation import signatures
from stoa.federation.signatures import Request, Scheme
from tests.client import Answer, Client
from tests.federation.elsewhere import Actor

HOME = "http://localhost:8000"
DOCUMENT = "application/activity+json"


async def ask(
    client: Client,
    address: str,
    signed_by: Actor | None = None,
    *,
    accept: str = DOCUMENT,
    scheme: Scheme = "cavage",
    at: float | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The answer to GET *address* (a path, or an address here), signed if somebody is named."""
    path = address.removeprefix(HOME)
    sent = {"host": urlsplit(HOME).netloc, "accept": accept, **(headers or {})}
    if signed_by is not None:
        request = Request("GET", HOME + path, tuple(sent.items()))
        now = time.time() if at is None else at
        sent |= signatures.sign(request, signed_by.rsa, now, scheme=scheme)
    return await client.get(path, headers=sent)


async def document(client: Client, address: str, signed_by: Actor | None = None, **options: Any) -> Any:
    """The document at *address*, which is sent as one."""
    answer = await ask(client, address, signed_by, **options)
    assert answer.status == 200, f"{address}: {answer.status} {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/activity+json; charset=utf-8"
    return answer.json


def varies_by(answer: Answer) -> set[str]:
    """The headers on which the answer depends, apart from compression."""
    named = [
        part.strip() for name, value in answer.header_list if name == "vary" for part in value.split(",")
    ]
    return set(named) - {"Accept-Encoding"}
