"""DomainBlock (Mastodon's documentation, entities/DomainBlock).  Pure."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from stoa.core.instances.domains import Decision


def render(decision: Decision) -> dict[str, Any]:
    """A decision on another server as everybody may see it; the digest is that of the whole name."""
    return {
        "domain": obscured(decision.domain) if decision.obfuscate else decision.domain,
        "digest": sha256(decision.domain.encode()).hexdigest(),
        "severity": decision.severity,
        "comment": decision.public_comment,
    }


def obscured(domain: str) -> str:
    """*domain* with the letters in the middle hidden; the dots stay, so that its shape can be seen."""
    shown = max(1, len(domain) // 4)
    return "".join(
        letter if letter == "." or not shown <= place < len(domain) - shown else "*"
        for place, letter in enumerate(domain)
    )
