"""NodeInfo 2.0 and 2.1: what this server is and how many use it.  Numbers may be hidden, never false."""

from __future__ import annotations

from typing import Any

import msgspec

from stoa.ids import Addresses

VERSIONS = ("2.0", "2.1")


class Usage(msgspec.Struct, frozen=True):
    """How many; None where it is not told."""

    users: int | None = None
    active_month: int | None = None
    active_half_year: int | None = None
    posts: int | None = None


def discovery(addresses: Addresses) -> dict[str, Any]:
    """The answer of `/.well-known/nodeinfo`, with the instance actor (FEP-2677)."""
    return {
        "links": [
            *(
                {
                    "rel": f"http://nodeinfo.diaspora.software/ns/schema/{version}",
                    "href": addresses.nodeinfo(version),
                }
                for version in VERSIONS
            ),
            {
                "rel": "https://www.w3.org/ns/activitystreams#Application",
                "href": addresses.instance_actor,
            },
        ]
    }


def document(
    version: str, *, software_version: str, open_registrations: bool, usage: Usage, name: str,
    description: str, source_url: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The NodeInfo of *version*, one of VERSIONS.  Only 2.1 has a place for *source_url*."""
    software: dict[str, str] = {"name": "stoa", "version": software_version}
    if source_url and version != "2.0":
        software |= {"repository": source_url, "homepage": source_url}
    users = {
        key: value
        for key, value in (
            ("total", usage.users),
            ("activeMonth", usage.active_month),
            ("activeHalfyear", usage.active_half_year),
        )
        if value is not None
    }
    posts = {} if usage.posts is None else {"localPosts": usage.posts}
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "usage": {"users": users, **posts},
        "openRegistrations": open_registrations,
        "metadata": {"nodeName": name, "nodeDescription": description},
    }
