"""WebFinger answers (RFC 7033) and host-meta (RFC 6415)."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

from stoa.core.accounts.model import AccountView
from stoa.federation.render import pictures
from stoa.federation.render.actor import instance_name
from stoa.ids import Addresses

ACTIVITY_TYPE = "application/activity+json"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
INTENT = "https://w3id.org/fep/3b86/"


def jrd(account: AccountView, addresses: Addresses, domain: str) -> dict[str, Any]:
    """Who `acct:name@domain` is, and where what they begin elsewhere is confirmed (FEP-3b86)."""
    links = [
        *_links(account.uri, account.url),
        *_intents(addresses),
    ]
    avatar = pictures.address(account.avatar_key, account.avatar_remote_url, addresses)
    if avatar is not None:
        picture = pictures.image(avatar)
        found = {"rel": "http://webfinger.net/rel/avatar", "href": avatar}
        if "mediaType" in picture:
            found["type"] = picture["mediaType"]
        links.append(found)
    return {
        "subject": f"acct:{account.username}@{domain}",
        "aliases": [account.url, account.uri],
        "links": links,
    }


def instance_jrd(addresses: Addresses, domain: str) -> dict[str, Any]:
    """Who `acct:host@domain` is: the server itself."""
    page = f"{addresses.base}/about"
    return {
        "subject": f"acct:{instance_name(domain)}@{domain}",
        "aliases": [addresses.instance_actor],
        "links": [
            *_links(addresses.instance_actor, page),
            {"rel": SUBSCRIBE, "template": f"{addresses.authorize_interaction}?uri={{uri}}"},
        ],
    }


def _links(actor: str, page: str) -> list[dict[str, str]]:
    return [
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": page},
        {"rel": "self", "type": ACTIVITY_TYPE, "href": actor},
    ]


def _intents(addresses: Addresses) -> list[dict[str, str]]:
    interact, share = addresses.authorize_interaction, addresses.share
    return [
        {"rel": SUBSCRIBE, "template": f"{interact}?uri={{uri}}"},
        {"rel": INTENT + "Object", "template": f"{interact}?uri={{object}}"},
        {"rel": INTENT + "Follow", "template": f"{interact}?uri={{object}}&intent=follow"},
        {"rel": INTENT + "Like", "template": f"{interact}?uri={{object}}&intent=like"},
        {"rel": INTENT + "Announce", "template": f"{interact}?uri={{object}}&intent=announce"},
        {
            "rel": INTENT + "Create",
            "template": f"{share}?text={{content}}&title={{name}}&in_reply_to={{inReplyTo}}",
        },
    ]


def host_meta(addresses: Addresses) -> str:
    """The XRD that says where WebFinger is."""
    template = quoteattr(addresses.webfinger_template)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="application/jrd+json" template={template}/>\n'
        "</XRD>\n"
    )


def host_meta_json(addresses: Addresses) -> dict[str, Any]:
    """The same as JSON."""
    template = addresses.webfinger_template
    return {"links": [{"rel": "lrdd", "type": "application/jrd+json", "template": template}]}
