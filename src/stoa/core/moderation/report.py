"""Telling the moderators of somebody, and of posts and collections of theirs.

A report holds no more of others' posts than whoever reports may see: those of the reported account
alone, and for a server elsewhere those that somebody there may have been shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Text, and_, bindparam, exists, func, or_, select

from stoa import ids
from stoa.core import events
from stoa.core.errors import Forbidden, Invalid, NotFound, Problem, TooMany
from stoa.core.instances.rules import list_rules
from stoa.core.moderation import store
from stoa.core.moderation.model import CATEGORIES, Category
from stoa.core.relationships import views as relationships
from stoa.core.statuses.visibility import visible_to
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, collections, follows, mentions, reports, statuses
from stoa.db.tables.base import Id

MAX_COMMENT = 1_000
MAX_COMMENT_ELSEWHERE = 5_000
MAX_STATUSES = 100
MAX_RULES = 100
MAX_COLLECTIONS = 100
# As in Mastodon for each member; for each account of another server, which is often the server itself.
MAX_A_DAY = 400
DAY_MS = 24 * 3600 * 1000

_TARGET = bindparam("target", type_=Id)
_theirs = select(statuses.c.id).where(any_of(statuses.c.id, "ids"), statuses.c.account_id == _TARGET)
_seen = Query(_theirs.where(visible_to(statuses)).order_by(statuses.c.id))
_their_collections = Query(
    select(collections.c.id)
    .where(any_of(collections.c.id, "ids"), collections.c.account_id == _TARGET)
    .order_by(collections.c.id)
)
_domain = bindparam("domain", type_=Text)
_reader, _mentioned = accounts.alias(), accounts.alias()
_seen_elsewhere = Query(
    _theirs.where(
        or_(
            statuses.c.visibility == "public",
            statuses.c.visibility == "unlisted",
            and_(
                statuses.c.visibility == "private",
                exists().where(
                    follows.c.target_id == statuses.c.account_id,
                    follows.c.follower_id == _reader.c.id,
                    _reader.c.domain == _domain,
                ),
            ),
            exists().where(
                mentions.c.status_id == statuses.c.id,
                mentions.c.account_id == _mentioned.c.id,
                _mentioned.c.domain == _domain,
            ),
        )
    ).order_by(statuses.c.id)
)
_today = Query(
    select(func.count())
    .select_from(reports)
    .where(
        reports.c.account_id == bindparam("account", type_=Id),
        reports.c.created_at > bindparam("since", type_=Id),
    )
)
_open = Query(
    select(reports.c.comment, reports.c.status_ids, reports.c.collection_ids)
    .where(
        reports.c.account_id == bindparam("account", type_=Id),
        reports.c.target_id == _TARGET,
        reports.c.action_taken_at.is_(None),
    )
    .order_by(reports.c.id.desc())
    .limit(50)
)
_people = Query(select(accounts.c.id, accounts.c.domain).where(any_of(accounts.c.id, "ids")))


async def report(
    conn: Connection,
    account_id: int,
    target_id: int,
    *,
    status_ids: Sequence[int] = (),
    comment: str = "",
    category: str = "other",
    rule_ids: Sequence[int] = (),
    collection_ids: Sequence[int] = (),
    forward: bool = False,
) -> int:
    """Somebody here reports *target_id*; the id of the report.

    *rule_ids* are those of the house that were broken; any of them makes it a violation.  *forward*:
    the server of the target is told too, if they live elsewhere.  Raises NotFound (also for statuses and
    collections that are not the target's, or that the reporter may not see), Forbidden, Invalid, TooMany.
    """
    if account_id == target_id:
        raise Forbidden("You cannot report yourself")
    target = await relationships.target(conn, target_id, account_id)
    if target.suspended_at is not None:
        raise NotFound
    comment = comment.strip()
    kind = await _checked(conn, comment, category, rule_ids)
    await _require_patience(conn, account_id)
    wanted = sorted(set(status_ids))
    if await conn.scalars(_seen, ids=wanted, target=target_id, viewer=account_id) != wanted:
        raise NotFound
    gathered = sorted(set(collection_ids))
    if gathered and await conn.scalars(_their_collections, ids=gathered, target=target_id) != gathered:
        raise NotFound
    forwarded = forward and bool(target.domain)
    report_id = await store.add(
        conn,
        account_id,
        target_id,
        status_ids=wanted,
        rule_ids=sorted(set(rule_ids)) if kind == "violation" else (),
        collection_ids=gathered,
        category=kind,
        comment=comment,
        forwarded=forwarded,
        uri=None,
    )
    assert report_id is not None
    await events.record(conn, events.ReportFiled(report_id, account_id, target_id, forwarded))
    return report_id


async def from_elsewhere(
    conn: Connection,
    speaker_id: int,
    target_id: int,
    *,
    status_ids: Sequence[int],
    comment: str,
    uri: str | None,
    collection_ids: Sequence[int] = (),
) -> int | None:
    """Another server (*speaker_id*: the account that speaks for it) reports somebody who lives here;
    the id of the report, None for one that is here already.

    Statuses that nobody there can have been shown are left out.  Raises TooMany.
    """
    people = {row.id: row for row in await conn.all(_people, ids=[speaker_id, target_id])}
    if target_id not in people or people[target_id].domain or speaker_id not in people:
        return None
    comment = comment.strip()[:MAX_COMMENT_ELSEWHERE]
    wanted: list[int] = await conn.scalars(
        _seen_elsewhere,
        ids=list(status_ids)[:MAX_STATUSES],
        target=target_id,
        domain=people[speaker_id].domain,
    )
    gathered = []
    if collection_ids:
        asked = list(collection_ids)[:MAX_COLLECTIONS]
        gathered = await conn.scalars(_their_collections, ids=asked, target=target_id)
    for row in await conn.all(_open, account=speaker_id, target=target_id):
        if (row.comment, row.status_ids, row.collection_ids) == (comment, wanted, gathered):
            return None
    await _require_patience(conn, speaker_id)
    report_id = await store.add(
        conn,
        speaker_id,
        target_id,
        status_ids=wanted,
        rule_ids=(),
        collection_ids=gathered,
        category="other",
        comment=comment,
        forwarded=False,
        uri=uri,
    )
    if report_id is not None:
        await events.record(conn, events.ReportFiled(report_id, speaker_id, target_id))
    return report_id


async def _checked(conn: Connection, comment: str, category: str, rule_ids: Sequence[int]) -> Category:
    wrong: dict[str, list[Problem]] = {}
    if len(comment) > MAX_COMMENT:
        wrong["comment"] = [Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_COMMENT} characters)")]
    kind = next((one for one in CATEGORIES if one == category), None)
    if kind is None:
        wrong["category"] = [Problem("ERR_INCLUSION", "is not included in the list")]
    if rule_ids:
        kind = "violation"
        rules = {rule.id for rule in await list_rules(conn)}
        if not rules.issuperset(rule_ids):
            wrong["rule_ids"] = [Problem("ERR_INCLUSION", "do not refer to rules of this server")]
    if wrong or kind is None:
        raise Invalid(wrong)
    return kind


async def _require_patience(conn: Connection, account_id: int) -> None:
    if await conn.scalar(_today, account=account_id, since=ids.now_ms() - DAY_MS) >= MAX_A_DAY:
        raise TooMany("That is more reports than anybody can read in a day; please go on tomorrow.")
