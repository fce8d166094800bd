"""Every scope that exists can be said to a person."""

from __future__ import annotations

from stoa.core.auth.scopes import ALL
from stoa.web.scopes import in_words


def test_every_scope_has_words_of_its_own() -> None:
    said = in_words(" ".join(sorted(ALL)))
    assert len(set(said)) == len(ALL)
    assert not any(
        ":" in words.removeprefix("as staff: ").removeprefix("see who you are:") for words in said
    )
