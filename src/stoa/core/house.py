"""What a door is given to work with.  Put together once, by `stoa.main`."""

from __future__ import annotations

from dataclasses import dataclass

from stoa.core.ports import Collector, Mailer, Resolver, Storage, Translator
from stoa.db import Database
from stoa.ids import Addresses
from stoa.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """The settings, the database, and the ports."""

    settings: Settings
    db: Database
    addresses: Addresses
    storage: Storage
    mailer: Mailer
    resolver: Resolver
    collector: Collector
    signing_key: str  # signs what we hand to browsers and apps and want back unchanged
    push_key: str  # signs what goes to the push services of apps
    translator: Translator | None = None  # none: nothing is translated
