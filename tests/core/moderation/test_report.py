"""Reports: what may be said of whom, who is told, and what servers elsewhere may report."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.auth import store as users
from stoa.core.errors import Forbidden, Invalid, NotFound, TooMany
from stoa.core.house import House
from stoa.core.instances import rules
from stoa.core.moderation import report, views
from stoa.core.moderation.model import ReportView
from stoa.core.notifications import views as notifications
from stoa.core.notifications.model import NotificationView
from stoa.core.relationships import block, follow
from stoa.db.paging import Page
from tests.make import Make, Person

FLAG = "https://there.example/flags/1"


async def file(house: House, who: Person, target: Person | int, **said: Any) -> ReportView:
    async with house.db.write() as conn:
        report_id = await report.report(
            conn, who.id, target if isinstance(target, int) else target.id, **said
        )
        return await views.get(conn, report_id)


async def flag(
    house: House, speaker: int, target: Person | int, *, statuses: list[int] | None = None,
    comment: str = "", uri: str | None = FLAG,
) -> ReportView | None:  # fmt: skip
    async with house.db.write() as conn:
        report_id = await report.from_elsewhere(
            conn, speaker, target if isinstance(target, int) else target.id,
            status_ids=statuses or [], comment=comment, uri=uri,
        )  # fmt: skip
        return None if report_id is None else await views.get(conn, report_id)


async def told(house: House, who: Person) -> list[NotificationView]:
    async with house.db.read() as conn:
        return await notifications.page(conn, who.id, Page(limit=10))


async def test_a_report_holds_what_was_said_and_moderators_hear_of_it(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    moderators = [await make.account(role, role=role) for role in ("owner", "admin", "moderator")]
    post = await make.status(bob)
    made = await file(house, alice, bob, status_ids=[post], comment=" Unkind. ", category="spam")
    assert (made.account_id, made.target_id, made.status_ids) == (alice.id, bob.id, (post,))
    assert (made.comment, made.category, made.forwarded) == ("Unkind.", "spam", False)
    for one in moderators:
        (notice,) = await told(house, one)
        assert (notice.type, notice.report_id, notice.from_account_id) == (
            "admin.report", made.id, alice.id,
        )  # fmt: skip
    assert await told(house, bob) == []
    assert await told(house, alice) == []


async def test_no_moderator_looks_away_and_nobody_else_looks(house: House, make: Make) -> None:
    alice, bob = await make.account("alice", limited_at=1), await make.account("bob")
    ben, mia = await make.account("ben", role="moderator"), await make.account("mia", role="moderator")
    await make.block(ben, alice)
    await make.block(alice, ben)
    await file(house, alice, bob)
    assert len(await told(house, ben)) == 1
    async with house.db.write() as conn:
        await users.change(conn, mia.id, role="user")
    assert await told(house, mia) == []


async def test_a_report_names_only_posts_of_the_reported_that_one_may_see(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    own, secret = await make.status(alice), await make.status(bob, visibility="private")
    for hidden in (own, secret, 17):
        with pytest.raises(NotFound):
            await file(house, alice, bob, status_ids=[hidden])
    await make.follow(alice, bob)
    assert (await file(house, alice, bob, status_ids=[secret])).status_ids == (secret,)


async def test_broken_rules_make_it_a_violation(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        rule = await rules.add(conn, "Be kind.")
    made = await file(house, alice, bob, category="other", rule_ids=[rule.id])
    assert (made.category, made.rule_ids) == ("violation", (rule.id,))


@pytest.mark.parametrize(
    "said",
    [{"comment": "x" * 1001}, {"category": "boring"}, {"rule_ids": [17]}],
    ids=lambda said: str(said)[:20],
)
async def test_what_makes_no_sense_is_refused(house: House, make: Make, said: dict[str, Any]) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    with pytest.raises(Invalid):
        await file(house, alice, bob, **said)


async def test_one_reports_others_who_are_there(house: House, make: Make) -> None:
    alice, gone = await make.account("alice"), await make.remote("gone@there.example", suspended_at=1)
    with pytest.raises(Forbidden):
        await file(house, alice, alice)
    for nobody in (gone, 17):
        with pytest.raises(NotFound):
            await file(house, alice, nobody)


async def test_whoever_is_blocked_may_still_report(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await block.block(conn, bob.id, alice.id)
    assert (await file(house, alice, bob)).target_id == bob.id


async def test_only_the_server_of_somebody_elsewhere_is_told(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    carol = await make.remote("carol@there.example")
    assert (await file(house, alice, carol, forward=True)).forwarded
    assert not (await file(house, alice, carol)).forwarded
    assert not (await file(house, alice, bob, forward=True)).forwarded


async def test_nobody_reports_without_end(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_A_DAY", 2)
    alice, bob = await make.account("alice"), await make.account("bob")
    there = await make.remote("there@there.example")
    for number in range(2):
        await file(house, alice, bob)
        assert await flag(house, there, bob, comment=f"{number}", uri=f"{FLAG}{number}")
    with pytest.raises(TooMany):
        await file(house, alice, bob)
    with pytest.raises(TooMany):
        await flag(house, there, bob, comment="more", uri=f"{FLAG}-more")


async def test_a_server_reports_only_who_lives_here(house: House, make: Make) -> None:
    there, carol = await make.remote("there@there.example"), await make.remote("carol@far.example")
    alice = await make.account("alice")
    assert await flag(house, there, carol) is None
    made = await flag(house, there, alice, comment="x" * 6000)
    assert made is not None
    assert (made.account_id, len(made.comment)) == (there, 5000)


async def test_a_server_names_no_post_that_nobody_there_was_shown(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    there, reader = await make.remote("there@there.example"), await make.remote("reader@there.example")
    far = await make.remote("far@far.example")
    public = await make.status(alice, visibility="unlisted")
    private = await make.status(alice, visibility="private")
    direct = await make.status(alice, "@reader@there.example", visibility="direct")
    between = await make.status(alice, "@bob Hush.", visibility="direct")
    of_bob = await make.status(bob)
    everything = [public, private, direct, between, of_bob]
    made = await flag(house, there, alice, statuses=everything, comment="1", uri=None)
    assert made is not None
    assert made.status_ids == (public, direct)
    async with house.db.write() as conn:
        await follow.follow(conn, reader, alice.id)
    made = await flag(house, there, alice, statuses=everything, comment="2", uri=None)
    assert made is not None
    assert made.status_ids == (public, private, direct)
    made = await flag(house, far, alice, statuses=everything, comment="3", uri=None)
    assert made is not None
    assert made.status_ids == (public,)


async def test_the_same_report_counts_once(house: House, make: Make) -> None:
    there, alice = await make.remote("there@there.example"), await make.account("alice")
    assert await flag(house, there, alice, comment="Rude.")
    assert await flag(house, there, alice, comment="Rude.", uri=f"{FLAG}-again") is None
    assert await flag(house, there, alice, comment="Very rude.") is None
    assert await flag(house, there, alice, comment="Very rude.", uri=f"{FLAG}-more")
