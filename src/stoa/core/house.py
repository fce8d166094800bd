"""What a door is given to work with.  Put together once, by `stoa.main`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from stoa.core.ports import Archivist, Collector, Mailer, Resolver, Storage, Translator
from stoa.core.statuses.model import PollView, StatusView
from stoa.db import Database
from stoa.ids import Addresses
from stoa.settings import Settings

AsSent: TypeAlias = Callable[[StatusView, PollView | None], Mapping[str, Any]]
"""What other servers would be sent of a status: the JSON of an ActivityPub object."""


@dataclass(frozen=True, slots=True)
class House:
    """The settings, the database, and the ports."""

    settings: Settings
    db: Database
    addresses: Addresses
    storage: Storage
    mailer: Mailer
    resolver: Resolver
    archivist: Archivist
    collector: Collector
    as_sent: AsSent
    signing_key: str  # signs what we hand to browsers and apps and want back unchanged
    push_key: str  # signs what goes to the push services of apps
    translator: Translator | None = None  # none: nothing is translated
