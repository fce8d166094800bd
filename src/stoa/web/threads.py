"""A post in its conversation: what it answers, how its author goes on, and the answers as a tree.

Five queries for the conversation, whatever its size.  An answer whose parent the viewer may not
see hangs on the nearest one above that they may.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from stoa.core.errors import NotFound
from stoa.core.series import views as series
from stoa.core.series.model import SeriesView
from stoa.core.statuses import anchors, chain, context, heads, replies, visibility
from stoa.core.statuses.model import ReplyTerms, StatusHead
from stoa.db import Connection
from stoa.text import Passage
from stoa.web import filtering, margins, showing, volume
from stoa.web.answers import Reply
from stoa.web.margins import Block
from stoa.web.showing import Shown

MOST_ABOVE = 40
MOST_BELOW = 400
VISIBLE_LEVELS = 5
QUIET_MS = 90 * 24 * 3600 * 1000
"""After so long without a word, a page says that it was quiet."""
_REACH = context.Reach(ancestors=MOST_ABOVE, descendants=MOST_BELOW + 1, depth=60)


@dataclass(frozen=True, slots=True)
class Run:
    """The author's own thread around a post, which is its part *number* of *count*; *path* is where all of
    it reads as one page.
    """

    path: str
    number: int
    count: int
    minutes: int
    before: Shown | None
    after: Shown | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post stands in a series, of which the viewer sees *count* parts."""

    series: SeriesView
    path: str
    number: int
    count: int
    before: Shown | None
    after: Shown | None


@dataclass(frozen=True, slots=True)
class Thread:
    """*above* from the first post down to the parent, *parts* the author's own continuation, *replies*
    to any of those, first those that the author chose.  *more*: there are answers beyond the MOST_BELOW
    that were asked for.  *terms*: who may reply.  *run*: what the author wrote as one text;
    *place*: where it stands in a series; *margins*: id → its paragraphs, for the post and those parts
    to which passages somebody replies, or may reply.
    """

    post: Shown
    above: list[Shown]
    parts: list[Shown]
    replies: list[Reply]
    count: int
    more: bool
    terms: ReplyTerms
    refusal: str | None  # why the viewer may not reply
    run: Run | None = None
    place: Place | None = None
    margins: Mapping[int, list[Block]] = field(default_factory=dict)


async def load(conn: Connection, status_id: int, viewer_id: int | None, language: str = "") -> Thread:
    """The thread around a status, in *language* ("": the reader's) where authors say it in that.

    Raises NotFound for what the viewer may not see, and for boosts.
    """
    found = await heads.by_ids(conn, [status_id], viewer_id)
    head = found.get(status_id)
    if head is None or head.reblog_of_id is not None:
        raise NotFound
    around = await context.around(conn, status_id, viewer_id, _REACH)
    above, below = around.ancestors, around.descendants[:MOST_BELOW]
    parents = _bridged([one.id for one in below], around.parents, status_id)
    loaded = await showing.load(conn, [head, *above, *below], viewer_id, language=language)
    shown = {one.head.id: one for one in loaded if one.head.id == status_id}
    others = [one for one in loaded if one.head.id != status_id]
    for one in await filtering.narrowed(conn, others, viewer_id, "thread", keep=True):
        shown[one.head.id] = one
    if status_id not in shown:
        raise NotFound
    post = shown[status_id]
    parts = _parts(post, below, parents, shown)
    roots = {status_id} | {part.head.id for part in parts}
    marks = await replies.marks(conn, [one.id for one in below])
    tree = _tree(below, parents, shown, roots, marks)
    refusal = await _refusal(conn, status_id, viewer_id)
    passages = await anchors.of(conn, [one.id for one in below])
    return Thread(
        post=post,
        above=[shown[one.id] for one in above if one.id in shown],
        parts=parts,
        replies=tree,
        count=len(below) - len(parts),
        more=len(around.parents) > MOST_BELOW,
        terms=await replies.terms(conn, status_id),
        refusal=refusal,
        run=await _run(conn, post, parts, shown, viewer_id),
        place=await _place(conn, post, viewer_id),
        margins=_margins(post, parts, tree, passages, may_reply=viewer_id is not None and refusal is None),
    )


def _margins(
    post: Shown, parts: list[Shown], tree: list[Reply], passages: dict[int, Passage], *, may_reply: bool
) -> dict[int, list[Block]]:
    found: dict[int, list[Block]] = {}
    for one in [post, *parts]:
        if one.original is not None:
            continue  # they quote other words
        answers = [reply for reply in tree if reply.shown.status.in_reply_to_id == one.status.id]
        if not may_reply and not any(reply.shown.status.id in passages for reply in answers):
            continue
        own = "" if one is post else f"p{one.status.id}-"
        body = one.prose.body if one is post else volume.with_own_ids(one)
        found[one.status.id] = margins.beside(str(body), answers, passages, own)
    return found


async def _place(conn: Connection, post: Shown, viewer_id: int | None) -> Place | None:
    found = await series.with_status(conn, post.status.id)
    if found is None:
        return None
    seen = await heads.by_ids(conn, found.parts, viewer_id)
    line = [seen[one] for one in found.parts if one in seen]
    place = next(number for number, one in enumerate(line) if one.id == post.status.id)
    wanted = [one for one in (place - 1, place + 1) if 0 <= one < len(line)]
    beside = {
        one.head.id: one for one in await showing.load(conn, [line[one] for one in wanted], viewer_id)
    }
    return Place(
        series=found,
        path=f"/@{post.account.acct}/series/{found.id}",
        number=place + 1,
        count=len(line),
        before=beside.get(line[place - 1].id) if place else None,
        after=beside.get(line[place + 1].id) if place + 1 < len(line) else None,
    )


async def _run(
    conn: Connection, post: Shown, parts: list[Shown], shown: dict[int, Shown], viewer_id: int | None
) -> Run | None:
    if not parts and post.status.in_reply_to_account_id != post.account.id:
        return None
    rows = await chain.parts(conn, post.status.id, viewer_id)
    if missing := [one for one in rows if one.id not in shown]:
        shown = shown | {one.head.id: one for one in await showing.load(conn, missing, viewer_id)}
    line = [shown[one.id] for one in rows if one.id in shown]
    place = next((place for place, one in enumerate(line) if one.head.id == post.head.id), None)
    if place is None or len(line) < 2:
        return None
    return Run(
        path=f"{line[0].path}/read",
        number=place + 1,
        count=len(line),
        minutes=volume.minutes(line),
        before=line[place - 1] if place else None,
        after=line[place + 1] if place + 1 < len(line) else None,
    )


async def _refusal(conn: Connection, status_id: int, viewer_id: int | None) -> str | None:
    if viewer_id is None:
        return None
    row = await visibility.require_visible(conn, status_id, viewer_id)
    return await replies.refusal(conn, row, viewer_id)


def _bridged(seen: list[int], chain: dict[int, int], root: int) -> dict[int, int]:
    """What each of *seen* answers, or the nearest above that which is itself seen."""
    among = {root, *seen}

    def nearest(parent: int) -> int:
        while parent not in among:
            parent = chain.get(parent, root)
        return parent

    return {one: nearest(chain[one]) for one in seen}


def _parts(
    post: Shown, below: list[StatusHead], parents: dict[int, int], shown: dict[int, Shown]
) -> list[Shown]:
    """How the author goes on: their own answer to themselves, and so on, oldest first."""
    if post.status.in_reply_to_id is not None and post.answers != post.account.acct:
        return []
    own: dict[int, Shown] = {}
    for head in below:
        one = shown.get(head.id)
        # Answers that name somebody are talk, not the text going on.
        if one and head.account_id == post.account.id and not one.status.mentions:
            own.setdefault(parents[head.id], one)
    parts = []
    current = post.head.id
    while (one := own.get(current)) is not None:
        parts.append(one)
        current = one.head.id
    return parts


def _tree(
    below: list[StatusHead],
    parents: dict[int, int],
    shown: dict[int, Shown],
    roots: set[int],
    marks: dict[int, replies.Mark],
) -> list[Reply]:
    """The answers to *roots*, the chosen ones and then the oldest first, VISIBLE_LEVELS deep."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for head in sorted(below, key=lambda one: one.id):
        if head.id in shown and head.id not in roots:
            children[parents[head.id]].append(head.id)

    def size(of: int) -> int:
        return sum(1 + size(one) for one in children[of])

    def grow(one: int, level: int) -> Reply:
        if level == VISIBLE_LEVELS:
            return Reply(shown[one], marks.get(one), 0, [], size(one))
        below = _after(shown[one], [grow(child, level + 1) for child in children[one]])
        return Reply(shown[one], marks.get(one), 0, below)

    first = [one for root in roots for one in children[root]]
    first.sort(key=lambda one: (marks.get(one) != "first", one))
    return _after(shown[min(roots)], [grow(one, 1) for one in first])


def _after(post: Shown, answers: list[Reply]) -> list[Reply]:
    """*answers* to *post*, each with how long it was quiet before."""
    last = post.status.created_at
    for one in answers:
        at = one.shown.status.created_at
        if at - last > QUIET_MS:
            one.quiet = at - last
        last = max(last, at)
    return answers
