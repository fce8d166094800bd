"""What the server says of itself, to people and to robots."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.instances import rules
from tests.client import Client
from tests.make import Make
from tests.web.browsing import Browser


async def test_rules_and_staff_are_named(house: House, make: Make) -> None:
    await make.account("alice", role="owner")
    await make.account("bob")
    status_id = await make.status(await make.account("carl"), "Hello")
    async with house.db.write() as conn:
        await rules.add(conn, "Be <kind>.", "Always.")
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


async def test_the_rules_are_said_in_the_language_of_the_reader(
    house: House, make: Make, client: Client
) -> None:
    async with house.db.write() as conn:
        kind = await rules.add(conn, "Be kind.", "Always.")
        await rules.add(conn, "Say your sources.")
        await rules.translate(conn, kind.id, "de", "Sei freundlich.", "Immer.")
        await rules.translate(conn, kind.id, "pt", "Sê gentil.")
    post = await make.status(await make.account("alice"), "Hello")
    for path, whole in (("/about", True), ("/sign-up", True), (f"/@alice/{post}", False)):
        german = (await Browser(house).ask(path, **{"accept-language": "de"})).text
        assert "Sei freundlich." in german
        assert ("Immer." in german) is whole
        assert "Be kind." not in german
        assert "Say your sources." in german
        assert "Be kind." in (await Browser(house).ask(path, **{"accept-language": "ja"})).text
    first, second = (await client.get("/api/v1/instance/rules")).ok()
    assert first["text"] == "Be kind."
    assert first["translations"] == {
        "de": {"text": "Sei freundlich.", "hint": "Immer."},
        "pt": {"text": "Sê gentil.", "hint": ""},
    }
    assert second["translations"] == {}
