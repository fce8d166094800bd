"""Handles as people read them.  Pure.

Domains are kept and compared in A-labels (`xn--bcher-kva.example`) and shown in letters where that
cannot be taken for another name.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import idna

from stoa.core.accounts.model import AccountView


def handle(account: AccountView) -> str:
    """`@alice` of those who live here, `@carl@bücher.example` of others."""
    return f"@{account.username}@{domain(account.domain)}" if account.domain else f"@{account.username}"


@lru_cache(maxsize=4096)
def domain(name: str) -> str:
    """*name* in letters; as it is kept where a label mixes alphabets or is not quite what it looks like."""
    if "xn--" not in name:
        return name
    host, colon, port = name.partition(":")
    return ".".join(_label(one) for one in host.split(".")) + colon + port


def _label(kept: str) -> str:
    if not kept.startswith("xn--"):
        return kept
    try:
        letters = idna.decode(kept)
        same = idna.encode(letters).decode() == kept
    except (idna.IDNAError, UnicodeError):
        return kept
    return letters if same and _in_one_alphabet(letters) else kept


def _in_one_alphabet(label: str) -> bool:
    """Whether all letters are of one alphabet, and that is not one whose letters pass for Latin ones
    (an "а" that is Cyrillic).
    """
    alphabets = {unicodedata.name(one, "?").partition(" ")[0] for one in label if one.isalpha()}
    if not alphabets <= {"CJK", "HIRAGANA", "KATAKANA", "LATIN"} and len(alphabets) > 1:
        return False
    return not alphabets & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}
