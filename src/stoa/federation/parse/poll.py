"""Reading polls: a Question with its choices (FEP-9967)."""

from __future__ import annotations

from stoa.core.policy.draft import PollDraft
from stoa.federation.parse.jsonld import Object, first, objects, prop
from stoa.federation.parse.values import flag_of, number_of, text_of, time_of

MAX_OPTIONS = 500
MAX_OPTION = 2_000


def poll_of(obj: Object) -> PollDraft | None:
    """The poll that *obj* asks, None where there are no choices.

    Titles of options stay exactly as sent: votes name them.  The end is the earlier of `endTime` and
    `closed`; a poll that is closed without saying when has ended when it was last changed.
    """
    several = objects(prop(obj, "anyOf"), MAX_OPTIONS)
    stated = several or objects(prop(obj, "oneOf"), MAX_OPTIONS)
    options: list[str] = []
    votes: list[int] = []
    for option in stated:
        title = text_of(prop(option, "name"), MAX_OPTION)
        if title is None or not title.strip():
            continue
        replies = first(prop(option, "replies"))
        count = number_of(prop(replies, "totalItems")) if isinstance(replies, dict) else None
        options.append(title)
        votes.append(count or 0)
    if not options:
        return None
    ends = [at for name in ("endTime", "closed") if (at := time_of(prop(obj, name))) is not None]
    if flag_of(prop(obj, "closed")) is True:
        ends += [time_of(prop(obj, "updated")) or time_of(prop(obj, "published")) or 0]
    voters = number_of(prop(obj, "votersCount"))
    return PollDraft(
        options=tuple(options),
        multiple=bool(several),
        expires_at=min(ends) if ends else None,
        votes=tuple(votes),
        voters=voters,
    )
