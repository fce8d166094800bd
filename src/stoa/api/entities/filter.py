"""Filter, FilterKeyword, FilterStatus, FilterResult, V1::Filter.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.filters.model import Entry, Filter, Keyword, Result
from stoa.ids import iso


def render(view: Filter, *, whole: bool = True) -> dict[str, Any]:
    """Filter; as a part of a FilterResult it comes without what it holds."""
    entity: dict[str, Any] = {
        "id": str(view.id),
        "title": view.title,
        "context": list(view.contexts),
        "expires_at": None if view.expires_at is None else iso(view.expires_at),
        "filter_action": view.action,
    }
    if whole:
        entity["keywords"] = [keyword(one) for one in view.keywords]
        entity["statuses"] = [entry(one) for one in view.statuses]
    return entity


def keyword(one: Keyword) -> dict[str, Any]:
    """FilterKeyword."""
    return {"id": str(one.id), "keyword": one.keyword, "whole_word": one.whole_word}


def entry(one: Entry) -> dict[str, Any]:
    """FilterStatus."""
    return {"id": str(one.id), "status_id": str(one.status_id)}


def result(one: Result) -> dict[str, Any]:
    """FilterResult."""
    return {
        "filter": render(one.filter, whole=False),
        "keyword_matches": list(one.keywords) or None,
        "status_matches": [str(status_id) for status_id in one.status_ids] or None,
    }


def first_version(view: Filter, one: Keyword) -> dict[str, Any]:
    """V1::Filter, which has a single phrase."""
    return {
        "id": str(one.id),
        "phrase": one.keyword,
        "context": list(view.contexts),
        "whole_word": one.whole_word,
        "expires_at": None if view.expires_at is None else iso(view.expires_at),
        "irreversible": view.action == "hide",
    }
