"""The rule who sees a status is one rule: in SQL and on values it gives the same answer."""

from __future__ import annotations

import itertools

import pytest

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.statuses.model import Visibility
from stoa.core.statuses.visibility import may_see, require_visible, visible
from stoa.db import insert
from stoa.db.tables import accounts, blocks, follows, mentions, statuses
from tests.make import Make

_status = insert(
    statuses, "id", "account_id", "uri", "visibility", "conversation_id", "created_at", "reblog_of_id"
)
_follow = insert(follows, "id", "follower_id", "target_id", "created_at")
_block = insert(blocks, "id", "account_id", "target_id", "created_at")
_mention = insert(mentions, "status_id", "account_id")
_account = insert(accounts, "id", "username", "username_key", "uri", "url", "created_at", "suspended_at")

LEVELS: tuple[Visibility, ...] = ("public", "unlisted", "private", "direct")


async def test_the_rule_in_sql_and_on_values_is_the_same(house: House, make: Make) -> None:
    viewer = (await make.account("viewer")).id
    expected: dict[int, bool] = {}
    async with house.db.write() as conn:
        cases = itertools.product(LEVELS, itertools.product((False, True), repeat=4))
        for visibility, (suspended, blocked, following, mentioned) in cases:
            author, status = ids.new_id(), ids.new_id()
            await conn.run(
                _account, id=author, username=f"a{author}", username_key=f"a{author}",
                uri=f"u{author}", url="", created_at=1, suspended_at=1 if suspended else None,
            )  # fmt: skip
            await conn.run(
                _status, id=status, account_id=author, uri=f"s{status}", visibility=visibility,
                conversation_id=status, created_at=1, reblog_of_id=None,
            )  # fmt: skip
            if blocked:
                await conn.run(_block, id=ids.new_id(), account_id=author, target_id=viewer, created_at=1)
            if following:
                await conn.run(_follow, id=ids.new_id(), follower_id=viewer, target_id=author, created_at=1)
            if mentioned:
                await conn.run(_mention, status_id=status, account_id=viewer)
            expected[status] = may_see(
                visibility=visibility, is_author=False, author_suspended=suspended,
                author_blocks_viewer=blocked, follows_author=following, is_mentioned=mentioned,
            )  # fmt: skip
    async with house.db.read() as conn:
        found = await visible(conn, expected, viewer)
        assert set(found) == {status for status, sees in expected.items() if sees}
        as_visitor = await visible(conn, expected, None)
    assert {row.visibility for row in as_visitor.values()} == {"public", "unlisted"}


@pytest.mark.parametrize("visibility", LEVELS)
async def test_authors_see_their_own(house: House, make: Make, visibility: Visibility) -> None:
    alice, status = await make.account("alice"), ids.new_id()
    async with house.db.write() as conn:
        await conn.run(
            _status, id=status, account_id=alice.id, uri="x", visibility=visibility,
            conversation_id=status, created_at=1, reblog_of_id=None,
        )  # fmt: skip
    async with house.db.read() as conn:
        assert (await require_visible(conn, status, alice.id)).visibility == visibility


async def test_a_boost_opens_no_door_to_what_it_boosts(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    original, boost = ids.new_id(), ids.new_id()
    async with house.db.write() as conn:
        for status, author, visibility, of in (
            (original, alice, "private", None),
            (boost, bob, "public", original),
        ):
            await conn.run(
                _status, id=status, account_id=author.id, uri=f"s{status}", visibility=visibility,
                conversation_id=status, created_at=1, reblog_of_id=of,
            )  # fmt: skip
    async with house.db.read() as conn:
        with pytest.raises(NotFound):
            await require_visible(conn, boost, None)
