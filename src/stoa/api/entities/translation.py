"""Translation.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.statuses.translate import Translation


def render(made: Translation) -> dict[str, Any]:
    """Translation; media without a description are left out, as in Mastodon."""
    poll = None
    if made.poll_id is not None:
        poll = {"id": str(made.poll_id), "options": [{"title": one} for one in made.options]}
    return {
        "content": made.content,
        "spoiler_text": made.spoiler_text,
        "language": made.language,
        "poll": poll,
        "media_attachments": [{"id": str(id_), "description": words} for id_, words in made.media],
        "detected_source_language": made.source,
        "provider": made.provider,
    }
