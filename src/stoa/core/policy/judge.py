"""The house rules asked of every draft: a list of small functions, each of which may refuse.

`judge` asks them all, in order, before anything is written.  A rule looks at the draft, may read the
database, and raises Invalid, Unprocessable or Forbidden in words its author understands; it changes
nothing.  What depends on the status a draft answers or quotes is asked where that status is read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import bindparam, select

from stoa import text
from stoa.core.errors import Forbidden, Invalid, NotFound, Problem, Unprocessable
from stoa.core.policy.draft import Draft
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, tags
from stoa.settings import Settings

MAX_TITLE = 300
MIN_POLL_SECONDS = 5 * 60
MAX_POLL_SECONDS = 2_629_746  # a month, as Mastodon counts one

# Beyond this many code points nobody needs to count what people would count.
_ENDLESS = 262_144
# A short link counts as 23 characters, and is never less than eight.
_LONGER = 3

_forbidden = Query(
    select(tags.c.name).where(any_of(tags.c.key, "used"), tags.c.usable.is_(False)).order_by(tags.c.key)
)
_author = Query(select(accounts.c.suspended_at).where(accounts.c.id == bindparam("account_id")))


async def author_may_speak(conn: Connection, draft: Draft, settings: Settings) -> None:
    """Nobody who is suspended says anything."""
    row = await conn.first(_author, account_id=draft.account_id)
    if row is None:
        raise NotFound
    if row.suspended_at is not None:
        raise Forbidden("This account is suspended.")


async def says_something(conn: Connection, draft: Draft, settings: Settings) -> None:
    """A status has words, or something to look at, or something to choose."""
    if not draft.local:
        return
    if not (draft.text.strip() or draft.media_ids or draft.poll or draft.quote_of_id):
        raise Invalid({"text": [Problem("ERR_BLANK", "can't be blank")]})


async def fits(conn: Connection, draft: Draft, settings: Settings) -> None:
    """Text and warning together are no longer than the setting, counted as people count."""
    if not draft.local:
        return
    most = settings.max_characters
    given = draft.text + draft.spoiler_text
    if len(given) > max(_ENDLESS, 4 * most) or (
        len(given) * _LONGER > most
        and text.count_characters(draft.text) + text.count_characters(draft.spoiler_text) > most
    ):
        raise Invalid({"text": [Problem("ERR_TOO_LONG", f"character limit of {most} exceeded")]})
    if draft.title is not None and len(draft.title) > MAX_TITLE:
        raise Invalid(
            {"title": [Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_TITLE} characters)")]}
        )


async def attaches_little(conn: Connection, draft: Draft, settings: Settings) -> None:
    """No more files than the setting, and a poll stands alone."""
    if not draft.local:
        return
    if len(draft.media_ids) > settings.max_attachments:
        raise Unprocessable(f"A post can have at most {settings.max_attachments} files.")
    if len(set(draft.media_ids)) < len(draft.media_ids):
        raise Unprocessable("The same file is attached twice.")
    if draft.media_ids and draft.poll:
        raise Unprocessable("A post can have files or a poll, not both.")


async def poll_is_fair(conn: Connection, draft: Draft, settings: Settings) -> None:
    """A poll has different options to choose from, of readable length, and time to choose."""
    if not draft.local or draft.poll is None:
        return
    poll = draft.poll
    problems: list[Problem] = []
    most = settings.max_poll_options
    longest = settings.max_poll_option_characters
    if len(poll.options) < 2:
        problems.append(Problem("ERR_TOO_SHORT", "must have more than one item"))
    if len(poll.options) > most:
        problems.append(Problem("ERR_TOO_LONG", f"can't contain more than {most} items"))
    elif any(text.count_characters(option) > longest for option in poll.options):
        problems.append(Problem("ERR_TOO_LONG", f"can't be longer than {longest} characters each"))
    if any(not option.strip() for option in poll.options):
        problems.append(Problem("ERR_BLANK", "can't be blank"))
    if len(set(poll.options)) < len(poll.options):
        problems.append(Problem("ERR_INVALID", "contain duplicate items"))
    if problems:
        raise Invalid({"poll_options": problems})
    if poll.expires_in is None:
        raise Invalid({"poll_expires_in": [Problem("ERR_BLANK", "can't be blank")]})
    if poll.expires_in < MIN_POLL_SECONDS:
        raise Invalid({"poll_expires_in": [Problem("ERR_INVALID", "is too soon")]})
    if poll.expires_in > MAX_POLL_SECONDS:
        raise Invalid({"poll_expires_in": [Problem("ERR_INVALID", "is too far into the future")]})


async def hashtags_are_allowed(conn: Connection, draft: Draft, settings: Settings) -> None:
    """None of the hashtags that moderators forbid here."""
    if not draft.local or "#" not in draft.text:
        return
    used = text.find_hashtags(draft.text, draft.content_type)
    keys = [text.normalise_hashtag(name) for name in used]
    names = await conn.scalars(_forbidden, used=keys) if keys else []
    if names:
        listed = ", ".join(f"#{name}" for name in names)
        raise Invalid(
            {"text": [Problem("ERR_TAKEN", f"uses a hashtag that is not allowed here: {listed}")]}
        )


Rule = Callable[[Connection, Draft, Settings], Awaitable[None]]

RULES: Sequence[Rule] = (
    author_may_speak,
    says_something,
    fits,
    attaches_little,
    poll_is_fair,
    hashtags_are_allowed,
)


async def judge(conn: Connection, draft: Draft, settings: Settings) -> None:
    """Return if every rule of the house lets *draft* pass; raises what the first other one raises."""
    for rule in RULES:
        await rule(conn, draft, settings)
