"""An account as an actor, and the server itself as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from stoa.core.accounts.featuring import policy_of
from stoa.core.accounts.model import AccountView
from stoa.federation.render import pictures
from stoa.federation.render.context import ACTOR_CONTEXT, PUBLIC, with_context
from stoa.ids import Addresses, iso


class Keys(msgspec.Struct, frozen=True):
    """The public keys of an actor: RSA as PEM, Ed25519 as multibase (None: it has none)."""

    pem: str
    multibase: str | None = None


def render(
    account: AccountView,
    addresses: Addresses,
    domain: str,
    keys: Keys,
    *,
    also_known_as: Sequence[str] = (),
    moved_to: str | None = None,
    featured_tags: Sequence[str] = (),
    updated: int | None = None,
    moderators_only: bool | None = None,
) -> dict[str, Any]:
    """The actor of the local *account*, with everything that one peer or another asks for (F7.1).

    *domain* is what handles here end in; *moved_to* and *also_known_as* are ids of actors;
    *moderators_only* is said of groups (FEP-1b12).  Of a suspended account only what is needed to say so
    and to check its last words.
    """
    name = account.username
    gone = account.suspended_at is not None
    document: dict[str, Any] = {
        "id": account.uri,
        "type": account.actor_type,
        "preferredUsername": name,
        "webfinger": f"{name}@{domain}",
        "name": "" if gone else account.display_name,
        "summary": "" if gone else account.note_html,
        "url": account.url,
        "inbox": addresses.inbox(account.uri),
        "outbox": addresses.outbox(account.uri),
        "followers": addresses.followers(account.uri),
        "following": addresses.following(account.uri),
        "featured": addresses.featured(account.uri),
        "featuredTags": addresses.featured_tags(account.uri),
        "featuredCollections": addresses.featured_collections(account.uri),
        "endpoints": {"sharedInbox": addresses.shared_inbox},
        **_keys(account.uri, keys, addresses),
        "published": iso(account.created_at // 86_400_000 * 86_400_000),
        "manuallyApprovesFollowers": account.locked,
        "discoverable": account.discoverable and not gone,
        "indexable": account.indexable and not gone,
        "memorial": account.memorial,
        "suspended": gone,
        "alsoKnownAs": list(also_known_as),
        "attributionDomains": list(account.attribution_domains),
        "showFeatured": account.show_featured,
        "showMedia": account.show_media,
        "showRepliesInMedia": account.show_media_replies,
        "interactionPolicy": _policy(account, addresses),
        "attachment": [],
        "tag": [],
    }
    if updated is not None:
        document["updated"] = iso(updated)
    if moderators_only is not None:
        document["attributedTo"] = addresses.moderators(account.uri)
        document["postingRestrictedToMods"] = moderators_only
    if moved_to is not None:
        document["movedTo"] = moved_to
    if gone:
        return with_context(document, ACTOR_CONTEXT)
    document["attachment"] = [
        {"type": "PropertyValue", "name": field.name, "value": field.html} for field in account.fields
    ]
    emojis = (pictures.emoji(one, addresses) for one in account.emojis)
    document["tag"] = [
        *(one for one in emojis if one is not None),
        *(hashtag(one, addresses) for one in featured_tags),
    ]
    icon = pictures.address(account.avatar_key, account.avatar_remote_url, addresses)
    if icon is not None:
        document["icon"] = pictures.image(icon, account.avatar_description)
    header = pictures.address(account.header_key, account.header_remote_url, addresses)
    if header is not None:
        document["image"] = pictures.image(header, account.header_description)
    return with_context(document, ACTOR_CONTEXT)


def render_instance(addresses: Addresses, domain: str, title: str, keys: Keys) -> dict[str, Any]:
    """The actor that is the server: it signs fetches and reports, and follows relays (F3.6)."""
    actor = addresses.instance_actor
    name = instance_name(domain)
    return with_context(
        {
            "id": actor,
            "type": "Application",
            "preferredUsername": name,
            "webfinger": f"{name}@{domain}",
            "name": title,
            "url": f"{addresses.base}/about",
            "inbox": f"{actor}/inbox",
            "outbox": f"{actor}/outbox",
            "followers": f"{actor}/followers",
            "following": f"{actor}/following",
            "endpoints": {"sharedInbox": addresses.shared_inbox},
            **_keys(actor, keys, addresses),
            "manuallyApprovesFollowers": True,
            "discoverable": False,
            "indexable": False,
        },
        ACTOR_CONTEXT,
    )


def instance_name(domain: str) -> str:
    """The user name of the server itself: its host, which no member can have for a name."""
    return domain.partition(":")[0]


def _policy(account: AccountView, addresses: Addresses) -> dict[str, Any]:
    """Who may put them into a collection (FEP-7aa9).  Nobody is themselves alone: an empty list says
    nothing in JSON-LD.
    """
    said = policy_of(account)
    circles = () if said is None or account.suspended_at is not None else said.automatic
    allowed = account.uri
    if "public" in circles:
        allowed = PUBLIC
    elif "followers" in circles:
        allowed = addresses.followers(account.uri)
    return {"canFeature": {"automaticApproval": [allowed]}}


def _keys(actor: str, keys: Keys, addresses: Addresses) -> dict[str, Any]:
    found: dict[str, Any] = {
        "publicKey": {"id": addresses.key(actor), "owner": actor, "publicKeyPem": keys.pem}
    }
    if keys.multibase is not None:
        found["assertionMethod"] = [
            {
                "id": addresses.key(actor, "ed25519"),
                "type": "Multikey",
                "controller": actor,
                "publicKeyMultibase": keys.multibase,
            }
        ]
    return found


def hashtag(name: str, addresses: Addresses) -> dict[str, Any]:
    """Hashtag, *name* without `#`."""
    return {"type": "Hashtag", "href": addresses.tag(name), "name": f"#{name}"}
