"""The kinds of activity that are told apart, as values.  `activity` reads them."""

from __future__ import annotations

from typing import Literal

import msgspec

from stoa.federation.parse.jsonld import Ref
from stoa.federation.parse.tags import RemoteEmoji

RequestKind = Literal["QuoteRequest", "ReplyRequest", "LikeRequest", "AnnounceRequest", "FeatureRequest"]


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """What every activity says.  *object* names what it is about, with what is embedded of it."""

    id: str | None
    actor: str
    object: Ref
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    published: int | None = None


class Create(Activity, frozen=True, kw_only=True):
    """A new object."""


class Vote(Activity, frozen=True, kw_only=True):
    """A choice in a poll, which travels as a Create of a Note with nothing but a name (F11.2)."""

    poll: str
    name: str


class Update(Activity, frozen=True, kw_only=True):
    """An object says something else now."""


class Delete(Activity, frozen=True, kw_only=True):
    """An object is gone.  *reason* is a moderator's (Lemmy)."""

    reason: str = ""

    @property
    def of_itself(self) -> bool:
        """Whether it is the actor that is gone."""
        return self.object.id == self.actor


class Undo(Activity, frozen=True, kw_only=True):
    """An earlier activity no longer holds.  *inner* is that activity, if it is embedded."""

    inner: Activity | None


class Follow(Activity, frozen=True, kw_only=True):
    """The actor asks to follow; for a relay the object is the public collection."""


class Accept(Activity, frozen=True, kw_only=True):
    """Yes to an activity.  *result* is the stamp that goes with it (FEP-044f)."""

    inner: Activity | None
    result: str | None


class Reject(Activity, frozen=True, kw_only=True):
    """No to an activity, or no longer."""

    inner: Activity | None


class Like(Activity, frozen=True, kw_only=True):
    """A favourite, or a reaction if *reaction* says with what (FEP-c0e0)."""

    reaction: str | None = None
    emoji: RemoteEmoji | None = None


class EmojiReact(Activity, frozen=True, kw_only=True):
    """A reaction: a character or `:shortcode:`."""

    reaction: str
    emoji: RemoteEmoji | None = None


class Dislike(Activity, frozen=True, kw_only=True):
    """A vote against.  Never a favourite."""


class Announce(Activity, frozen=True, kw_only=True):
    """A boost, or what a group passes on: *inner*, if it is an activity.

    *others* are further objects announced with the first.
    """

    inner: Activity | None
    others: tuple[Ref, ...] = ()


class Block(Activity, frozen=True, kw_only=True):
    """A block; with a *target* it is a ban from that community or server (Lemmy)."""

    target: str | None


class Flag(Activity, frozen=True, kw_only=True):
    """A report of *reported*: accounts and posts, in no order, some named only in the comment."""

    reported: tuple[str, ...]
    comment: str


class Move(Activity, frozen=True, kw_only=True):
    """The actor (who is the object) lives at *target* now."""

    target: str


class Add(Activity, frozen=True, kw_only=True):
    """The object joins the collection *target*."""

    target: str


class Remove(Activity, frozen=True, kw_only=True):
    """The object leaves the collection *target*."""

    target: str


class Lock(Activity, frozen=True, kw_only=True):
    """Nobody is to answer in that discussion any more (Lemmy)."""


class Request(Activity, frozen=True, kw_only=True):
    """May *instrument* (a quote, a reply, a collection) stand to the object?  FEP-044f, FEP-7aa9 and
    GoToSocial's kin.
    """

    kind: RequestKind
    instrument: Ref


class Other(Activity, frozen=True, kw_only=True):
    """Something we have no use for; *type* is what it calls itself."""

    type: str
