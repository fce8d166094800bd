"""Admin::DomainBlock, DomainAllow, EmailDomainBlock, IpBlock, CanonicalEmailBlock.  Pure."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from stoa.core.auth.gates import CanonicalEmail, EmailDomain, IpBlock
from stoa.core.instances.domains import Allowed, Decided
from stoa.ids import iso

DAY_SECONDS = 86_400


def domain_block(one: Decided) -> dict[str, Any]:
    """Admin::DomainBlock."""
    return {
        "id": str(one.id),
        "domain": one.domain,
        "digest": sha256(one.domain.encode()).hexdigest(),
        "created_at": iso(one.created_at),
        "severity": one.severity,
        "reject_media": one.reject_media,
        "reject_reports": one.reject_reports,
        "private_comment": one.private_comment or None,
        "public_comment": one.public_comment or None,
        "obfuscate": one.obfuscate,
    }


def domain_allow(one: Allowed) -> dict[str, Any]:
    """Admin::DomainAllow."""
    return {"id": str(one.id), "domain": one.domain, "created_at": iso(one.created_at)}


def email_domain_block(one: EmailDomain) -> dict[str, Any]:
    """Admin::EmailDomainBlock."""
    return {
        "id": str(one.id),
        "domain": one.domain,
        "created_at": iso(one.created_at),
        "history": [
            {"day": str(day * DAY_SECONDS), "accounts": str(places), "uses": str(tries)}
            for day, places, tries in one.history
        ],
    }


def ip_block(one: IpBlock) -> dict[str, Any]:
    """Admin::IpBlock."""
    return {
        "id": str(one.id),
        "ip": one.network,
        "severity": one.severity,
        "comment": one.comment,
        "created_at": iso(one.created_at),
        "expires_at": None if one.expires_at is None else iso(one.expires_at),
    }


def canonical_email_block(one: CanonicalEmail) -> dict[str, Any]:
    """Admin::CanonicalEmailBlock."""
    return {"id": str(one.id), "canonical_email_hash": one.hash}
