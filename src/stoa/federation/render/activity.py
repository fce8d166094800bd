"""The activities we send.  Each is a whole document with its context, ids decided by the caller.

What is undone, accepted or rejected is embedded whole: many peers do not keep ids (F6.8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stoa.core.statuses.model import StatusView, Visibility
from stoa.federation.render.context import ACTOR_CONTEXT, CONTEXT, FEATURE_CONTEXT, PUBLIC, with_context
from stoa.federation.render.note import tombstone
from stoa.ids import Addresses, iso

Document = dict[str, Any]


def create(note: Document) -> Document:
    """Create of *note* (`note.render`): same author, audience and time."""
    return with_context(
        {
            "id": f"{note['id']}/activity",
            "type": "Create",
            "actor": note["attributedTo"],
            "published": note["published"],
            "to": note["to"],
            "cc": note["cc"],
            **({"audience": note["audience"]} if "audience" in note else {}),
            "object": note,
        }
    )


def update(note: Document, at: int) -> Document:
    """Update of *note*, its text or only its counts, at *at* (unix milliseconds, part of the id)."""
    return with_context(
        {
            "id": f"{note['id']}#updates/{at}",
            "type": "Update",
            "actor": note["attributedTo"],
            "published": iso(at),
            "to": note["to"],
            "cc": note["cc"],
            **({"audience": note["audience"]} if "audience" in note else {}),
            "object": note,
        }
    )


def update_actor(actor: Document, at: int) -> Document:
    """Update of an actor (`actor.render`), to everyone who knows it."""
    return with_context(
        {
            "id": f"{actor['id']}#updates/{at}",
            "type": "Update",
            "actor": actor["id"],
            "to": [PUBLIC, actor["followers"]],
            "cc": [],
            "object": _without_context(actor),
        },
        ACTOR_CONTEXT,
    )


def delete(
    actor: str, uri: str, *, kind: str = "Note", to: Sequence[str] = (PUBLIC,), cc: Sequence[str] = ()
) -> Document:
    """Delete of the status *uri*, to whoever could see it."""
    return with_context(
        {
            "id": f"{uri}#delete",
            "type": "Delete",
            "actor": actor,
            "to": list(to),
            "cc": list(cc),
            "object": tombstone(uri, kind),
        }
    )


def delete_actor(actor: str) -> Document:
    """Delete of an account."""
    return with_context(
        {
            "id": f"{actor}#delete",
            "type": "Delete",
            "actor": actor,
            "to": [PUBLIC],
            "cc": [],
            "object": actor,
        }
    )


def announce(boost: StatusView, original: str, original_author: str, addresses: Addresses) -> Document:
    """The boost *boost* of the post *original*; its audience is its own (F1.8)."""
    return announced(
        boost.uri,
        boost.account.uri,
        original,
        original_author,
        addresses,
        visibility=boost.visibility,
        at=boost.created_at,
    )


def announced(
    uri: str,
    actor: str,
    original: str,
    original_author: str,
    addresses: Addresses,
    *,
    visibility: Visibility,
    at: int,
) -> Document:
    """The same from its parts, for a boost that is gone already: *uri* is its id."""
    followers = addresses.followers(actor)
    if visibility == "public":
        to, cc = [PUBLIC], [original_author, followers]
    elif visibility == "unlisted":
        to, cc = [followers], [PUBLIC, original_author]
    else:
        to, cc = [followers], [original_author]
    return with_context(
        {
            # A boost is an activity and nothing else: its id ends as those of activities do.
            "id": uri if uri.endswith("/activity") else addresses.note_part(uri, "activity"),
            "type": "Announce",
            "actor": actor,
            "published": iso(at),
            "to": to,
            "cc": cc,
            "object": original,
        }
    )


def undo(activity: Document, undo_id: str | None = None) -> Document:
    """Undo of *activity*, which we sent, to those it went to."""
    found: Document = {
        "id": undo_id or f"{activity['id']}/undo",
        "type": "Undo",
        "actor": activity["actor"],
    }
    for name in ("to", "cc"):
        if name in activity:
            found[name] = activity[name]
    found["object"] = _without_context(activity)
    return with_context(found)


def follow(follow_id: str, actor: str, target: str) -> Document:
    """Follow; *target* is PUBLIC for a relay of Mastodon's kind."""
    to = {} if target == PUBLIC else {"to": [target]}
    return with_context({"id": follow_id, "type": "Follow", "actor": actor, **to, "object": target})


def accept(accept_id: str, actor: str, what: Document, result: str | None = None) -> Document:
    """Accept of *what* (a Follow or a request); *result* is the stamp that goes with it."""
    found = _answer("Accept", accept_id, actor, what)
    if result is not None:
        found["result"] = result
    return found


def reject(reject_id: str, actor: str, what: Document) -> Document:
    """Reject of *what*: of a Follow it also ends one that was accepted."""
    return _answer("Reject", reject_id, actor, what)


def _answer(kind: str, answer_id: str, actor: str, what: Document) -> Document:
    return with_context(
        {
            "id": answer_id,
            "type": kind,
            "actor": actor,
            "to": [what["actor"]],
            "object": {
                key: what[key]
                for key in ("id", "type", "actor", "object", "instrument")
                if what.get(key) is not None
            },
        },
        FEATURE_CONTEXT if what["type"] == "FeatureRequest" else CONTEXT,
    )


def like(like_id: str, actor: str, note: str, author: str) -> Document:
    """Like: a favourite."""
    return with_context({"id": like_id, "type": "Like", "actor": actor, "to": [author], "object": note})


def block(block_id: str, actor: str, target: str) -> Document:
    """Block."""
    return with_context({"id": block_id, "type": "Block", "actor": actor, "to": [target], "object": target})


def flag(flag_id: str, instance_actor: str, reported: Sequence[str], comment: str) -> Document:
    """A report of an account (first) and its posts.  The server speaks, not who reported."""
    return with_context(
        {
            "id": flag_id,
            "type": "Flag",
            "actor": instance_actor,
            "to": list(reported[:1]),
            "content": comment,
            "object": list(reported),
        }
    )


def move(move_id: str, actor: str, target: str, followers: str) -> Document:
    """Move of *actor* to *target*, told to the followers."""
    return with_context(
        {
            "id": move_id,
            "type": "Move",
            "actor": actor,
            "to": [followers],
            "object": actor,
            "target": target,
        }
    )


def add(add_id: str, actor: str, item: str | Document, collection: str, followers: str) -> Document:
    """Add of *item* to the actor's *collection*: a pinned post, a hashtag on the profile."""
    return _membership("Add", add_id, actor, item, collection, followers)


def remove(remove_id: str, actor: str, item: str | Document, collection: str, followers: str) -> Document:
    """Remove of *item* from the actor's *collection*."""
    return _membership("Remove", remove_id, actor, item, collection, followers)


def _membership(
    kind: str, activity_id: str, actor: str, item: str | Document, collection: str, followers: str
) -> Document:
    return with_context(
        {
            "id": activity_id,
            "type": kind,
            "actor": actor,
            "to": [PUBLIC],
            "cc": [followers],
            "object": item,
            "target": collection,
        }
    )


def quote_request(request_id: str, note: Document, quoted: str, author: str) -> Document:
    """The question to *author* whether *note* (embedded, it may not be public yet) may quote."""
    return with_context(
        {
            "id": request_id,
            "type": "QuoteRequest",
            "actor": note["attributedTo"],
            "to": [author],
            "object": quoted,
            "instrument": note,
        }
    )


def reply_request(request_id: str, note: Document, answered: str, author: str) -> Document:
    """The question to *author* whether *note* may answer their post *answered* (GoToSocial)."""
    return with_context(
        {
            "id": request_id,
            "type": "ReplyRequest",
            "actor": note["attributedTo"],
            "to": [author],
            "object": answered,
            "instrument": note,
        }
    )


def authorization(
    stamp_id: str, author: str, *, interacting: str, target: str, kind: str = "Quote"
) -> Document:
    """The stamp of *author* that lets *interacting* quote (or reply to, like, announce) *target*;
    embeds neither (FEP-044f, GoToSocial).
    """
    return with_context(
        {
            "id": stamp_id,
            "type": f"{kind}Authorization",
            "attributedTo": author,
            "interactingObject": interacting,
            "interactionTarget": target,
        }
    )


def delete_authorization(
    stamp_id: str, author: str, *, to: Sequence[str] = (PUBLIC,), cc: Sequence[str] = ()
) -> Document:
    """The stamp no longer holds."""
    return with_context(
        {
            "id": f"{stamp_id}#delete",
            "type": "Delete",
            "actor": author,
            "to": list(to),
            "cc": list(cc),
            "object": {"id": stamp_id, "type": "QuoteAuthorization"},
        }
    )


def vote(vote_id: str, actor: str, poll: str, poll_author: str, option: str) -> Document:
    """A choice in the poll *poll*: one activity for each (F11.2)."""
    to = [poll_author]
    return with_context(
        {
            "id": f"{vote_id}/activity",
            "type": "Create",
            "actor": actor,
            "to": to,
            "object": {
                "id": vote_id,
                "type": "Note",
                "name": option,
                "attributedTo": actor,
                "to": to,
                "inReplyTo": poll,
            },
        }
    )


def lock(lock_id: str, group: str, post: str) -> Document:
    """*group* takes no more answers to *post*; whom that is told is for the caller to say."""
    return with_context({"id": lock_id, "type": "Lock", "actor": group, "object": post})


def pass_on(
    announce_id: str, group: str, activity: Document, *, to: Sequence[str], cc: Sequence[str]
) -> Document:
    """What a group hosted here passes on to its members: an activity, unchanged."""
    return with_context(
        {
            "id": announce_id,
            "type": "Announce",
            "actor": group,
            "to": list(to),
            "cc": list(cc),
            "object": activity,
        },
        CONTEXT,
    )


def _without_context(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "@context"}
