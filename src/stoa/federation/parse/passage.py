"""The passage of another post that a reply is about, as a Web Annotation selects it.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.federation.parse.jsonld import Object, id_of, objects, prop, type_among
from stoa.federation.parse.values import text_of
from stoa.text import MAX_AROUND, MAX_EXACT, Passage

_MOST = 8


def passage_of(document: Object) -> Passage | None:
    """The first quoted passage (TextQuoteSelector) of what *document* answers; None: it is about all of
    it, or says what we make nothing of.
    """
    answered = id_of(prop(document, "inReplyTo"))
    for target in objects(_said(document, "hasTarget"), _MOST):
        if answered is None or id_of(_said(target, "hasSource")) != answered:
            continue
        for selector in objects(_said(target, "hasSelector"), _MOST):
            if type_among(selector, ("TextQuoteSelector",)) is None:
                continue
            exact = text_of(_said(selector, "exact"), MAX_EXACT + 1) or ""
            if exact.strip() and len(exact) <= MAX_EXACT:
                prefix = text_of(_said(selector, "prefix"), 16 * MAX_AROUND) or ""
                suffix = text_of(_said(selector, "suffix"), MAX_AROUND) or ""
                return Passage(exact, prefix[-MAX_AROUND:], suffix)
    return None


def _said(what: Object, name: str) -> Any:
    """The property of that vocabulary, in short or with its usual prefix."""
    return what.get(name, what.get(f"oa:{name}"))
