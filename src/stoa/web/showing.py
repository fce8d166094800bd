"""What templates are given: statuses with their prose, polls, quotes and boosters.

For a page of any size a constant number of queries.  Asks nobody who may see what: the heads that
come in were chosen by core's own rule, and a quoted post is asked for in the viewer's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.links import views as links
from stoa.core.links.model import Card
from stoa.core.media.attachments import MediaView
from stoa.core.statuses import author_translations as translations
from stoa.core.statuses import heads, remembered, views, visibility
from stoa.core.statuses.model import PollView, StatusHead, StatusView
from stoa.db import Connection
from stoa.ids import proxied
from stoa.locales import speaking
from stoa.web import prose
from stoa.web.prose import Prose

MEDIA = "/media"
ORIGINAL = "und"
"""As a language: of every post its own."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A post as a page shows it.  Of a boost it is the boosted post, and who boosted it."""

    head: StatusHead
    status: StatusView
    given: Prose | None = None  # where its prose is not what its status says
    poll: PollView | None = None
    card: Card | None = None
    card_by: AccountView | None = None  # who wrote the page, if they agree to be named
    quote: Shown | None = None
    boosted_by: AccountView | None = None
    answers: str | None = None  # acct of whom it replies to
    original: StatusView | None = None  # what it says in its own language, where `status` is translated
    filtered: Literal["", "folded", "covered"] = ""  # what a filter of the viewer does with it

    @property
    def prose(self) -> Prose:
        """Its words, made ready: when they are asked for, as most pages have them already."""
        return self.given or prose.of(self.status)

    @property
    def account(self) -> AccountView:
        """Who wrote it."""
        return self.status.account

    @property
    def path(self) -> str:
        """The address of its page here."""
        return path_of(self.status)

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.status.visibility in ("public", "unlisted")


def path_of(status: StatusView) -> str:
    """The address of a status's page on this server."""
    return f"/@{status.account.acct}/{status.id}"


async def load(
    conn: Connection,
    rows: Sequence[StatusHead],
    viewer_id: int | None,
    *,
    quotes: bool = True,
    language: str = "",
) -> list[Shown]:
    """One Shown for each head, in that order; what is gone meanwhile is left out, and for visitors what
    was written by those of other servers who do not want to be shown to them.
    """
    quoted: dict[int, Shown] = {}
    if quotes and (wanted := {head.quote_of_id for head in rows if head.quote_of_id is not None}):
        found = await heads.by_ids(conn, wanted, viewer_id)
        shown = await load(conn, list(found.values()), viewer_id, quotes=False)
        quoted = {one.head.id: one for one in shown}
    statuses = await remembered.load(conn, {head.original_id: head.original_version for head in rows})
    originals = await _translate(conn, statuses, language or speaking.language())
    polls = {}
    if poll_ids := {head.poll_id for head in rows if head.poll_id is not None}:
        polls = await views.load_polls(conn, poll_ids, viewer_id)
    cards = {}
    if card_ids := {head.card_id for head in rows if head.card_id is not None}:
        cards = await links.load(conn, card_ids)
    others = {head.account_id for head in rows if head.reblog_of_id is not None}
    others |= {
        one.in_reply_to_account_id
        for one in statuses.values()
        if one.in_reply_to_account_id is not None
    }  # fmt: skip
    others |= {card.creator_id for card in cards.values() if card.creator_id and card.creator_agrees}
    people = await account_views.load(conn, others) if others else {}
    hidden: set[int] = set()
    if viewer_id is None:
        away = {head.original_id for head in rows if not _lives_here(statuses.get(head.original_id))}
        away |= {head.id for head in rows if (who := people.get(head.account_id)) and not who.local}
        hidden = await visibility.not_for_visitors(conn, away)
    return [
        _shown(
            head, statuses[head.original_id], polls, cards, quoted, people, originals.get(head.original_id)
        )
        for head in rows
        if head.original_id in statuses and hidden.isdisjoint((head.id, head.original_id))
    ]


async def _translate(
    conn: Connection, statuses: dict[int, StatusView], language: str
) -> dict[int, StatusView]:
    """Put what authors say in *language* themselves in the place of their posts; those as they were."""
    if language == ORIGINAL:
        return {}
    foreign = [
        one.id
        for one in statuses.values()
        if one.language and translations.bare(one.language) != translations.bare(language)
    ]
    originals: dict[int, StatusView] = {}
    for status_id, one in (await translations.into(conn, foreign, language)).items():
        originals[status_id] = status = statuses[status_id]
        statuses[status_id] = msgspec.structs.replace(
            status,
            content=one.content,
            title=one.title or status.title,
            teaser="",
            spoiler_text=one.spoiler_text or status.spoiler_text,
            language=one.language,
        )
    return originals


def _lives_here(status: StatusView | None) -> bool:
    return status is not None and status.account.local


async def hidden_from_visitors(conn: Connection, accounts: Iterable[AccountView]) -> set[int]:
    """The ids of those of *accounts* whose server says that only members may see them (F7.7)."""
    return await visibility.shut_to_visitors(conn, (one.id for one in accounts if not one.local))


async def load_some(conn: Connection, status_ids: Iterable[int], viewer_id: int | None) -> list[Shown]:
    """Those of *status_ids* that the viewer sees, in that order."""
    wanted = list(status_ids)
    found = await heads.by_ids(conn, wanted, viewer_id)
    return await load(conn, [found[one] for one in wanted if one in found], viewer_id)


def _shown(
    head: StatusHead,
    status: StatusView,
    polls: dict[int, PollView],
    cards: dict[int, Card],
    quoted: dict[int, Shown],
    people: dict[int, AccountView],
    original: StatusView | None,
) -> Shown:
    card = cards.get(head.card_id or 0)
    answered = people.get(status.in_reply_to_account_id or 0)
    accepted = status.quote_state == "accepted"
    return Shown(
        head=head,
        status=status,
        original=original,
        poll=polls.get(head.poll_id or 0),
        card=card,
        card_by=people.get(card.creator_id or 0) if card is not None and card.creator_agrees else None,
        quote=quoted.get(head.quote_of_id or 0) if accepted else None,
        boosted_by=people.get(head.account_id) if head.reblog_of_id is not None else None,
        answers=answered.acct if answered and status.in_reply_to_id is not None else None,
    )


def card_picture(card: Card) -> str | None:
    """The path of the picture of a page; None for one without."""
    return None if card.image_url is None else proxied("card", card.id, card.image_url)


def avatar(account: AccountView) -> str | None:
    """The path of the account's picture, the still one; None for whoever has none."""
    if account.suspended_at is not None:
        return None
    return _portrait(
        "avatar", account, account.avatar_static_key or account.avatar_key, account.avatar_remote_url
    )


def header(account: AccountView) -> str | None:
    """The path of the picture above the profile."""
    if account.suspended_at is not None:
        return None
    return _portrait(
        "header", account, account.header_static_key or account.header_key, account.header_remote_url
    )


def _portrait(family: str, account: AccountView, key: str | None, remote_url: str | None) -> str | None:
    if key:
        return f"{MEDIA}/{key}"
    return proxied(f"{family}-small", account.id, remote_url) if remote_url else None


def original(media: MediaView) -> str | None:
    """The path of an attached file with us; None for what is shown as a link to where it lies."""
    if media.key:
        return f"{MEDIA}/{media.key}"
    if media.remote_url is None or media.kind == "unknown":
        return None
    return proxied("media", media.id, media.remote_url)


def preview(media: MediaView) -> str | None:
    """The path of the small version of a picture, or of the picture that stands for a film or sound."""
    is_picture = media.kind in ("image", "gifv")
    key = media.preview_key or (media.key if is_picture else None)
    if key:
        return f"{MEDIA}/{key}"
    if is_picture and media.remote_url is not None:
        return proxied("media-small", media.id, media.remote_url)
    if media.kind in ("video", "audio") and media.preview_remote_url is not None:
        return proxied("poster", media.id, media.preview_remote_url)
    return None


def first_picture(shown: Iterable[Shown]) -> str | None:
    """The path of the first picture that is not behind a warning."""
    for one in shown:
        if one.status.is_sensitive or one.status.spoiler_text:
            continue
        for media in one.status.media:
            if media.kind in ("image", "gifv") and (path := preview(media)):
                return path
    return None
