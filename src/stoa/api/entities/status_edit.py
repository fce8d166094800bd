"""StatusEdit.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stoa.api.entities.account import emoji
from stoa.api.entities.media import render as media
from stoa.core.accounts.model import Emoji
from stoa.core.statuses.history import Version
from stoa.ids import Addresses, iso
from stoa.text.titles import with_title


def render(
    version: Version, account: Mapping[str, Any], emojis: Sequence[Emoji], addresses: Addresses
) -> dict[str, Any]:
    """StatusEdit: what the status of *account* (an Account) said in one version."""
    entity: dict[str, Any] = {
        "content": with_title(version.title, version.content),
        "spoiler_text": version.spoiler_text,
        "sensitive": version.sensitive,
        "created_at": iso(version.created_at),
        "account": account,
        "media_attachments": [media(one, addresses) for one in version.media],
        "emojis": [emoji(one, addresses) for one in emojis],
    }
    if version.poll_options:
        entity["poll"] = {"options": [{"title": title} for title in version.poll_options]}
    return entity
