"""Handles of people on other servers, in one spelling.  Pure.

`@Carl@Bücher.Example`, `acct:carl@xn--bcher-kva.example` and the like are one handle; what could be
taken for another host than it names (CVE-2023-42451, CVE-2025-25194) is none.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from stoa.http_client import normalise_host

# What Mastodon takes as the name of somebody elsewhere (F3.9).
_USERNAME = re.compile(r"[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_]+)?", re.I | re.ASCII)
_DOMAIN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]/?#\\@%\s]+)(?::([0-9]{1,5}))?")

MAX_USERNAME = 2_048


class Handle(msgspec.Struct, frozen=True):
    """`username` as written, `domain` in lower case and A-labels, with a port where there is one."""

    username: str
    domain: str

    def __str__(self) -> str:
        """`carl@there.example`."""
        return f"{self.username}@{self.domain}"

    @property
    def key(self) -> tuple[str, str]:
        """What is equal for two spellings of one handle."""
        return self.username.lower(), self.domain


def parse(text: str) -> Handle | None:
    """The handle that *text* is, with or without `acct:` and a leading `@`; None for anything else."""
    if len(text) > MAX_USERNAME + 512:
        return None
    bare = text.strip()
    if bare[:5].lower() == "acct:":
        bare = bare[5:]
    username, at, domain = bare.removeprefix("@").partition("@")
    if not at or not _USERNAME.fullmatch(username) or len(username) > MAX_USERNAME:
        return None
    spelt = domain_of(domain)
    return None if spelt is None else Handle(username, spelt)


def domain_of(text: str) -> str | None:
    """*text* as handles end in it; None for what is no host with or without a port."""
    match = _DOMAIN.fullmatch(text)
    if match is None:
        return None
    try:
        host = normalise_host(match[1])
    except ValueError:
        return None
    host = f"[{host}]" if ":" in host else host
    if match[2] is None or int(match[2]) == 443:
        return host
    return f"{host}:{int(match[2])}" if 0 < int(match[2]) < 65_536 else None


def as_address(text: str) -> str | None:
    """The http(s) address that *text* is, also written `web+ap://…`; None for anything else."""
    bare = text.strip()
    if bare[:9].lower() == "web+ap://":
        bare = "https://" + bare[9:]
    if not bare.lower().startswith(("https://", "http://")) or any(one.isspace() for one in bare):
        return None
    try:
        return bare if urlsplit(bare).hostname else None
    except ValueError:
        return None
