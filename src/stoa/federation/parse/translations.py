"""A post in other languages, by its author: what stands in `contentMap` beside its own words.  Pure."""

from __future__ import annotations

from stoa import text
from stoa.core.policy.draft import TranslationDraft
from stoa.federation.parse import content
from stoa.federation.parse.jsonld import Object, prop
from stoa.federation.parse.values import language_of, line_of, media_type_of, text_of

MOST = 20
MOST_LOOKED_AT = 100
MAX_TITLE = 500


def translations_of(document: Object, own: str | None) -> tuple[TranslationDraft, ...]:
    """The words of *document*, which is in the language *own*, in other languages; none where nobody
    knows in which it is.
    """
    by_language = prop(document, "contentMap")
    if own is None or not isinstance(by_language, dict) or len(by_language) < 2:
        return ()
    main = text_of(prop(document, "content"), content.MAX_CONTENT)
    found: dict[str, TranslationDraft] = {}
    for key in list(by_language)[:MOST_LOOKED_AT]:
        language = language_of(key)
        said = text_of(by_language[key], content.MAX_CONTENT)
        if language is None or language in found or _bare(language) == _bare(own):
            continue
        if said is None or not said.strip() or said == main:
            continue
        found[language] = TranslationDraft(
            language=language,
            title=line_of(_entry(document, "nameMap", key), MAX_TITLE),
            spoiler_text=text.plain_text(
                text_of(_entry(document, "summaryMap", key), content.MAX_SPOILER) or ""
            )
            if content.warning_of(document, sensitive=True)
            else "",
            content=content.as_html(said, media_type_of(document), document),
        )
        if len(found) == MOST:
            break
    return tuple(found.values())


def _entry(document: Object, name: str, key: str) -> object:
    entries = prop(document, name)
    return entries.get(key) if isinstance(entries, dict) else None


def _bare(language: str) -> str:
    return language.partition("-")[0].lower()
