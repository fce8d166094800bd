"""What has happened to collections; `events` has them too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CollectionCreated:
    """Somebody here has a collection of people that was not there before."""

    collection_id: int


@dataclass(frozen=True, slots=True)
class CollectionChanged:
    """A collection, here or elsewhere, says something else of itself; *words*: its name or description."""

    collection_id: int
    words: bool = False


@dataclass(frozen=True, slots=True)
class CollectionDeleted:
    """A collection of *account_id* is gone; *members* were in it, or asked to be."""

    collection_id: int
    account_id: int
    uri: str
    members: tuple[int, ...] = ()
    local: bool = True


@dataclass(frozen=True, slots=True)
class FeatureAsked:
    """Somebody elsewhere is asked whether they want to be in a collection from here."""

    item_id: int


@dataclass(frozen=True, slots=True)
class Featured:
    """Somebody is in a collection, as they agreed."""

    item_id: int


@dataclass(frozen=True, slots=True)
class Unfeatured:
    """*account_id* is in the collection no longer (*was_in*), or is not asked any more: its owner took
    them out, or they live elsewhere and do not want to be in it.
    """

    collection_id: int
    item_id: int
    account_id: int | None
    was_in: bool = True


@dataclass(frozen=True, slots=True)
class FeatureRevoked:
    """*account_id*, who lives here, does not want to be in a collection any more."""

    item_id: int
    collection_id: int
    account_id: int


CollectionEvent = (
    CollectionCreated
    | CollectionChanged
    | CollectionDeleted
    | FeatureAsked
    | Featured
    | Unfeatured
    | FeatureRevoked
)
