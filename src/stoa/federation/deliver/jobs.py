"""The jobs that tell others: kind → handler.  All but the making of keys only touch the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from stoa.core.house import House
from stoa.db import Connection
from stoa.federation.deliver import boosts, groups, hashtags, posts, profiles, proving
from stoa.federation.deliver.kinds import (
    ANNOUNCE,
    CREATE,
    DELETE,
    GROUP,
    HASHTAG,
    KEYS,
    MOVE,
    PIN,
    PROFILE,
    UNDO_ANNOUNCE,
    UPDATE,
)
from stoa.jobs.worker import Handlers, InDatabase, OnNetwork

_JOBS: dict[str, Callable[[House, Connection, Any], Awaitable[None]]] = {
    CREATE: posts.create,
    UPDATE: posts.update,
    DELETE: posts.delete,
    ANNOUNCE: boosts.announce,
    UNDO_ANNOUNCE: boosts.undo,
    HASHTAG: hashtags.tell,
    PIN: profiles.tell_pin,
    PROFILE: profiles.tell_profile,
    MOVE: profiles.tell_move,
    GROUP: groups.pass_on,
}


def of(house: House) -> Handlers:
    """The handlers of *house*."""
    return {
        **{kind: InDatabase(partial(run, house)) for kind, run in _JOBS.items()},
        KEYS: OnNetwork(partial(proving.make_keys, house)),
    }
