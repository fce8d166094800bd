"""Which user names people may take here, and which e-mail addresses we write to.  Pure."""

from __future__ import annotations

import re

from stoa.core.errors import Problem

MAX_USERNAME = 30
MAX_EMAIL = 254

# Mentions end at a letter, digit or underscore, so a name must too.
_USERNAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?", re.ASCII)

# Far narrower than RFC 5321: quotes, `%` and commas have carried addresses past the rules of
# domains to other hosts (CVE-2026-41259), and nobody's real address needs them.
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)

# Names that would pass for the house itself, or for somebody who speaks for it.
_HOUSE_NAMES = """
    abuse admin administrator everyone help hostmaster instance internal mailer-daemon mod moderator
    no-reply noreply owner postmaster root security staff stoa support system webmaster
"""
RESERVED = frozenset(_HOUSE_NAMES.split())


def username_problems(username: str, *, reserved: bool = True) -> list[Problem]:
    """What is wrong with *username*; *reserved*: whether names of the house are refused too."""
    if not username:
        return [Problem("ERR_BLANK", "can't be blank")]
    problems = []
    if not _USERNAME.fullmatch(username):
        problems.append(
            Problem(
                "ERR_INVALID",
                "must contain only letters, numbers, underscores and (inside) hyphens",
            )
        )
    if len(username) > MAX_USERNAME:
        problems.append(Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_USERNAME} characters)"))
    if reserved and username.lower() in RESERVED:
        problems.append(Problem("ERR_RESERVED", "is reserved"))
    return problems


def email_problems(email: str, *, loopback: bool = False) -> list[Problem]:
    """What is wrong with *email*; on loopback a host without a dot, such as localhost, will do."""
    if not email:
        return [Problem("ERR_BLANK", "can't be blank")]
    if len(email) > MAX_EMAIL:
        return [Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_EMAIL} characters)")]
    local_part, _, domain = email.partition("@")
    labels = domain.split(".")
    fits = (
        len(local_part) <= 64
        and _LOCAL_PART.fullmatch(local_part)
        and all(_LABEL.fullmatch(label) for label in labels)
        and (len(labels) > 1 or loopback)
        and not labels[-1].isdigit()
    )
    return [] if fits else [Problem("ERR_INVALID", "is not a valid e-mail address")]
