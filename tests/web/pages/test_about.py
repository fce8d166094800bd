"""What the server says of itself, to people and to robots."""

from __future__ import annotations

from stoa import ids
from stoa.core.house import House
from stoa.db import insert
from stoa.db.tables import rules
from tests.make import Make
from tests.web.browsing import Browser

_add_rule = insert(rules, "id", "position", "text", "hint")


async def test_rules_and_staff_are_named(house: House, make: Make) -> None:
    await make.account("alice", role="owner")
    await make.account("bob")
    status_id = await make.status(await make.account("carl"), "Hello")
    async with house.db.write() as conn:
        await conn.run(_add_rule, id=ids.new_id(), position=1, text="Be <kind>.", hint="Always.")
    page = await Browser(house).open("/about")
    assert "Be <kind>. Always." in page.text
    assert page.leads_to("/@alice")
    assert not page.leads_to("/@bob")
    assert "3 members" in page.text
    post = await Browser(house).open(f"/@carl/{status_id}")
    assert "Be <kind>." in post.text


async def test_robots_may_read_posts_and_need_no_forms(house: House) -> None:
    answer = await Browser(house).ask("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Disallow: /posts/" in answer.text
    assert "Disallow: /@" not in answer.text
