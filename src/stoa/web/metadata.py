"""What machines read of a page: OpenGraph for previews, schema.org for search.  Pure."""

from __future__ import annotations

from typing import Any

import orjson
from markupsafe import Markup

from stoa import text
from stoa.core.accounts.model import AccountView
from stoa.ids import Addresses, iso
from stoa.locales.speaking import gettext
from stoa.web.showing import Shown, avatar, first_picture
from stoa.web.threads import Thread

# Search engines read no more, and the whole text stands on the page itself.
_BODY = 5_000
_COMMENTS = 10

Property = tuple[str, str]


def json_ld(data: dict[str, Any]) -> Markup:
    """*data* as a script's text that cannot end the script."""
    raw = orjson.dumps(data).decode()
    safe = raw.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704


def of_post(thread: Thread, addresses: Addresses, site: str) -> dict[str, Any]:
    """schema.org: an Article where the post has a title, else a SocialMediaPosting; with answers."""
    post = thread.post
    data = _posting(post, addresses)
    data["@context"] = "https://schema.org"
    data["mainEntityOfPage"] = data["url"]
    data["publisher"] = {"@type": "Organization", "name": site, "url": addresses.base}
    data["commentCount"] = post.head.replies_count
    data["interactionStatistic"] = [
        _counter("LikeAction", post.head.favourites_count),
        _counter("ShareAction", post.head.reblogs_count),
        _counter("ReplyAction", post.head.replies_count),
    ]
    comments = [_posting(one.shown, addresses) | {"@type": "Comment"} for one in thread.replies]
    if comments:
        data["comment"] = comments[:_COMMENTS]
    if thread.above:
        data["isPartOf"] = _address(thread.above[0], addresses)
    return data


def of_person(account: AccountView, addresses: Addresses, bio: str) -> dict[str, Any]:
    """schema.org: a ProfilePage."""
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "url": f"{addresses.base}/@{account.acct}",
        "dateCreated": iso(account.created_at),
        "mainEntity": {
            **_person(account, addresses),
            "identifier": account.acct,
            "description": bio,
            "interactionStatistic": [
                _counter("FollowAction", account.followers_count),
                _counter("WriteAction", account.statuses_count),
            ],
        },
    }


def open_graph(thread: Thread, addresses: Addresses, site: str) -> list[Property]:
    """Property and content, for <meta property>."""
    post = thread.post
    picture = first_picture([post])
    face = avatar(post.account)
    properties = [
        ("og:type", "article"),
        ("og:site_name", site),
        ("og:title", post.prose.title or f"{post.account.name} (@{post.account.acct})"),
        ("og:description", description(post)),
        ("og:url", _address(post, addresses)),
        ("article:published_time", iso(post.status.created_at)),
        ("article:modified_time", iso(post.status.edited_at or post.status.created_at)),
        ("article:author", f"{addresses.base}/@{post.account.acct}"),
        *(("article:tag", tag) for tag in post.status.tags[:10]),
    ]
    if post.prose.language:
        properties.append(("og:locale", post.prose.language.replace("-", "_")))
    if picture:
        properties.append(("og:image", addresses.base + picture))
        alt = next((media.description for media in post.status.media if media.description), None)
        if alt:
            properties.append(("og:image:alt", alt))
    elif face:
        properties.append(("og:image", addresses.base + face))
    return properties


def description(post: Shown) -> str:
    """What a preview says of the post: its warning alone, where it has one."""
    if post.status.spoiler_text:
        return gettext("Content warning: %(text)s") % {"text": post.status.spoiler_text}
    return text.excerpt(post.prose.description, 250)


def _posting(post: Shown, addresses: Addresses) -> dict[str, Any]:
    status = post.status
    hidden = bool(status.spoiler_text)
    data: dict[str, Any] = {
        "@type": "Article" if post.prose.title else "SocialMediaPosting",
        "headline": status.spoiler_text if hidden else text.excerpt(post.prose.name, 110),
        "text" if not post.prose.title else "articleBody": (
            status.spoiler_text if hidden else text.excerpt(post.prose.plain, _BODY)
        ),
        "url": _address(post, addresses),
        "author": _person(post.account, addresses),
        "datePublished": iso(status.created_at),
        "dateModified": iso(status.edited_at or status.created_at),
    }
    if post.prose.title and not hidden:
        data["wordCount"] = len(post.prose.plain.split())
        data["timeRequired"] = f"PT{post.prose.minutes}M"
    if post.prose.language:
        data["inLanguage"] = post.prose.language
    if status.tags:
        data["keywords"] = list(status.tags)
    if picture := first_picture([post]):
        data["image"] = addresses.base + picture
    return data


def _person(account: AccountView, addresses: Addresses) -> dict[str, Any]:
    person: dict[str, Any] = {
        "@type": "Person",
        "name": account.name,
        "alternateName": f"@{account.acct}",
        "url": account.url,
    }
    if face := avatar(account):
        person["image"] = addresses.base + face
    return person


def _counter(action: str, count: int) -> dict[str, Any]:
    return {
        "@type": "InteractionCounter",
        "interactionType": f"https://schema.org/{action}",
        "userInteractionCount": count,
    }


def _address(post: Shown, addresses: Addresses) -> str:
    return post.status.url or f"{addresses.base}{post.path}"
