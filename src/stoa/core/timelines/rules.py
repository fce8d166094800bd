"""What is let into a home or a list, as conditions in SQL.

Into a home or list goes what a followed author posts or boosts, unless
1. it answers somebody whom the owner does not follow (answers to the owner and to oneself go in);
2. it is a boost and the owner does not want that author's boosts, or it, or another boost of the
   same, is among the newest NEWEST entries;
3. the follow names languages and the post says it is in another;
4. the author, the boosted author or somebody mentioned is blocked by the owner (or blocks them), or
   somebody mentioned is muted;
5. it is direct and does not mention the owner.
Authors find their own posts at home whatever these say.  A list may ask for fewer answers still.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
)

from stoa.db.tables import (
    accounts,
    blocks,
    follows,
    list_accounts,
    lists,
    mentions,
    mutes,
    status_tags,
    statuses,
    tag_follows,
    timeline_entries,
)
from stoa.db.tables.base import Id

NEWEST = 40  # as in Mastodon: what stands so near the top need not be boosted to it again
LATEST_BOOSTS = 50

s: Any = statuses.alias("s")
o: Any = statuses.alias("o")  # what s boosts, or s itself
f: Any = follows.alias("f")
both = s.join(o, o.c.id == func.coalesce(s.c.reblog_of_id, s.c.id))
_is_status = s.c.id == bindparam("status", type_=Id)
_NOW = bindparam("now", type_=BigInteger)


def answers_known(owner: Any) -> ColumnElement[bool]:
    """Rule 1."""
    known = follows.alias()
    answered = s.c.in_reply_to_account_id
    return or_(
        answered.is_(None),
        answered == s.c.account_id,
        answered == owner,
        exists().where(known.c.follower_id == owner, known.c.target_id == answered),
    )


def asked_for() -> ColumnElement[bool]:
    """Rules 2 (first half) and 3, by what the follow `f` says."""
    languages = type_coerce(f.c.languages, Text)
    return and_(
        or_(s.c.reblog_of_id.is_(None), f.c.show_reblogs),
        or_(
            f.c.languages.is_(None),
            s.c.language.is_(None),
            languages.like(literal_column("'%\"'") + s.c.language + literal_column("'\"%'")),
        ),
    )


def nobody_shunned(owner: Any) -> ColumnElement[bool]:
    """Rule 4."""
    block, blocked_by, named_block = blocks.alias(), blocks.alias(), blocks.alias()
    named, named_muted, mute = mentions.alias(), mentions.alias(), mutes.alias()
    return and_(
        ~exists().where(
            block.c.account_id == owner,
            or_(block.c.target_id == s.c.account_id, block.c.target_id == o.c.account_id),
        ),
        ~exists().where(
            blocked_by.c.target_id == owner,
            or_(blocked_by.c.account_id == s.c.account_id, blocked_by.c.account_id == o.c.account_id),
        ),
        # One in the other: begin with those who are mentioned, however many the owner has blocked.
        ~exists().where(
            named.c.status_id == o.c.id,
            exists()
            .where(named_block.c.account_id == owner, named_block.c.target_id == named.c.account_id)
            .correlate_except(named_block),
        ),
        ~exists().where(
            named_muted.c.status_id == o.c.id,
            exists()
            .where(
                mute.c.account_id == owner,
                mute.c.target_id == named_muted.c.account_id,
                or_(mute.c.expires_at.is_(None), mute.c.expires_at > _NOW),
            )
            .correlate_except(mute),
        ),
    )


def answers_wanted(circle: Any, owner: Any) -> ColumnElement[bool]:
    """What the replies_policy of the list *circle* (lists, or an alias) lets in."""
    others = list_accounts.alias()
    answered = s.c.in_reply_to_account_id
    return or_(
        answered.is_(None),
        answered == s.c.account_id,
        answered == owner,
        circle.c.replies_policy == "followed",
        and_(
            circle.c.replies_policy == "list",
            exists().where(others.c.list_id == circle.c.id, others.c.account_id == answered),
        ),
    )


def addressed(owner: Any) -> ColumnElement[bool]:
    """Rule 5."""
    mention = mentions.alias()
    return or_(
        s.c.visibility != "direct",
        exists().where(mention.c.status_id == s.c.id, mention.c.account_id == owner),
    )


def not_there_yet(owner: Any) -> ColumnElement[bool]:
    """Rule 2, second half; needs the parameter `original`."""
    original: Any = bindparam("original", type_=Id)
    same: Any = statuses.alias()
    newer, entry = timeline_entries.alias(), timeline_entries.alias()
    above = (
        select(newer.c.status_id)
        .where(newer.c.owner_id == entry.c.owner_id, newer.c.status_id > entry.c.status_id)
        .limit(literal_column(str(NEWEST)))
        .correlate_except(newer)
        .subquery()
    )
    # Asked without regard to the owner, so the database looks the boosts up once, not per follower;
    # and only for the latest, since each of them is looked for in each home.
    latest = (
        select(same.c.id)
        .where(same.c.reblog_of_id == original)
        .order_by(same.c.id.desc())
        .limit(literal_column(str(LATEST_BOOSTS)))
        .subquery()
    )
    boosts = union_all(select(original), select(latest.c.id))
    return ~exists().where(
        entry.c.owner_id == owner,
        entry.c.status_id.in_(boosts),
        select(func.count()).select_from(above).scalar_subquery() < NEWEST,
    )


def to_self() -> Select[Any]:
    return (
        select(s.c.account_id, s.c.id)
        .select_from(s.join(accounts, accounts.c.id == s.c.account_id))
        .where(_is_status, accounts.c.domain == "")
    )


def to_followers() -> Select[Any]:
    person: Any = accounts.alias()
    owner = f.c.follower_id
    return (
        select(owner, s.c.id)
        .select_from(both.join(f, f.c.target_id == s.c.account_id).join(person, person.c.id == owner))
        .where(
            _is_status,
            person.c.domain == "",
            addressed(owner),
            asked_for(),
            answers_known(owner),
            nobody_shunned(owner),
        )
    )


def to_lists() -> Select[Any]:
    member, circle = list_accounts.alias(), lists.alias()
    owner = circle.c.account_id
    return (
        select(circle.c.id, s.c.id)
        .select_from(
            both.join(member, member.c.account_id == s.c.account_id)
            .join(circle, circle.c.id == member.c.list_id)
            .outerjoin(f, and_(f.c.follower_id == owner, f.c.target_id == s.c.account_id))
        )
        .where(
            _is_status,
            s.c.visibility != "direct",
            or_(owner == s.c.account_id, and_(f.c.id.is_not(None), asked_for())),
            answers_known(owner),
            answers_wanted(circle, owner),
            nobody_shunned(owner),
        )
    )


def to_tag_followers() -> Select[Any]:
    """Public posts with a hashtag somebody follows, whoever wrote them (but not the limited)."""
    owner = tag_follows.c.account_id
    return (
        select(owner, s.c.id)
        .select_from(
            both.join(status_tags, status_tags.c.status_id == s.c.id)
            .join(tag_follows, tag_follows.c.tag_id == status_tags.c.tag_id)
            .join(accounts, accounts.c.id == s.c.account_id)
        )
        .where(
            _is_status,
            s.c.visibility == "public",
            accounts.c.limited_at.is_(None),
            nobody_shunned(owner),
        )
    )
