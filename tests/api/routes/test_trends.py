"""methods/trends and methods/admin/trends, by the contract."""

from __future__ import annotations

import pytest

from stoa import ids
from stoa.core.house import House
from stoa.core.links import look
from stoa.core.moderation import standing
from stoa.core.statuses import favourite
from stoa.core.statuses import tags as hashtags
from stoa.core.trends import refresh
from stoa.http_client import Fetched
from stoa.main import Assembled
from tests import contract
from tests.client import Client
from tests.federation.elsewhere import Elsewhere
from tests.make import Make, Person


async def village(house: House, make: Make) -> tuple[Person, int]:
    """Somebody whose post is a trend, with a hashtag that is one."""
    people = [await make.account(f"p{n}", discoverable=True) for n in range(6)]
    for person in people[1:]:
        await make.status(person, "#Cats and #dogs", language="en")
    post = await make.status(people[0], "look", language="en")
    for person in people[1:]:
        async with house.db.write() as conn:
            await favourite.favourite(conn, person.id, post)
    await refresh.refresh(house.db, house.settings.trends)
    return people[0], post


async def moderator(make: Make, scopes: str = "admin:read admin:write") -> str:
    return await make.token(await make.account("mod", role="admin"), scopes)


async def test_what_was_approved_is_shown_to_everybody(house: House, make: Make, client: Client) -> None:
    author, post = await village(house, make)
    token = await moderator(make)
    for path in ("/api/v1/trends", "/api/v1/trends/tags", "/api/v1/trends/statuses"):
        assert (await client.get(path)).ok() == []
    waiting = (await client.get("/api/v1/admin/trends/tags", token=token)).ok()
    assert not contract.problems(waiting, "[Admin::Tag]")
    assert {one["name"] for one in waiting} == {"Cats", "dogs"}
    assert all(one["requires_review"] and not one["trendable"] and one["usable"] for one in waiting)
    [cats] = [one for one in waiting if one["name"] == "Cats"]
    answer = await client.post(f"/api/v1/admin/trends/tags/{cats['id']}/approve", token=token)
    assert not contract.problems(answer.ok(), "Admin::Tag")
    assert (answer.json["trendable"], answer.json["requires_review"]) == (True, False)
    for path in ("/api/v1/trends", "/api/v1/trends/tags"):
        shown = (await client.get(path)).ok()
        assert not contract.problems(shown, "[Tag]")
        assert [one["name"] for one in shown] == ["Cats"]
        assert (shown[0]["history"][0]["uses"], shown[0]["history"][0]["accounts"]) == ("5", "5")
        assert "following" not in shown[0]
        assert (await client.get(path, token=author.token)).ok()[0]["following"] is False

    waiting = (await client.get("/api/v1/admin/trends/statuses", token=token)).ok()
    assert not contract.problems(waiting, "[Status]")
    assert [one["id"] for one in waiting] == [str(post)]
    answer = await client.post(f"/api/v1/admin/trends/statuses/{post}/approve", token=token)
    assert not contract.problems(answer.ok(), "Status")
    shown = (await client.get("/api/v1/trends/statuses")).ok()
    assert not contract.problems(shown, "[Status]")
    assert [one["id"] for one in shown] == [str(post)]

    await client.post(f"/api/v1/admin/trends/statuses/{post}/reject", token=token)
    await client.post(f"/api/v1/admin/trends/tags/{cats['id']}/reject", token=token)
    for path in ("/api/v1/trends", "/api/v1/trends/tags", "/api/v1/trends/statuses"):
        assert (await client.get(path)).ok() == []


@pytest.mark.parametrize("settings_given", [{"STOA_TRENDS": "all", "STOA_RATE_LIMITS": "off"}])
async def test_a_hashtag_that_nobody_may_use_is_no_trend(house: House, make: Make, client: Client) -> None:
    await village(house, make)
    async with house.db.write() as conn:
        await hashtags.allow(conn, "cats", usable=False)
    assert [one["name"] for one in (await client.get("/api/v1/trends/tags")).ok()] == ["dogs"]
    waiting = (await client.get("/api/v1/admin/trends/tags", token=await moderator(make))).ok()
    assert not contract.problems(waiting, "[Admin::Tag]")
    assert {one["name"]: one["usable"] for one in waiting} == {"Cats": False, "dogs": True}


async def test_what_suspended_people_wrote_is_not_counted(house: House, make: Make, client: Client) -> None:
    people = [await make.account(f"p{n}") for n in range(3)]
    for person in people:
        await make.status(person, "#cats")
        await make.status(person, "More #cats")
    async with house.db.write() as conn:
        await standing.suspend(conn, people[0].id)
    [today, *before] = (await client.get("/api/v1/tags/cats")).ok()["history"]
    assert (today["uses"], today["accounts"]) == ("4", "2")
    assert {one["uses"] for one in before} == {"0"}


async def test_only_those_who_look_after_trends_decide(house: House, make: Make, client: Client) -> None:
    author, post = await village(house, make)
    mere = await make.token(author, "admin:read admin:write")
    reader = await moderator(make, "admin:read:accounts")
    for method, path in (
        ("GET", "tags"),
        ("GET", "statuses"),
        ("GET", "links"),
        ("POST", "links/1/approve"),
        ("POST", "tags/1/approve"),
        ("POST", f"statuses/{post}/reject"),
    ):
        for token, status in ((None, 401), (mere, 403), (author.token, 403), (reader, 403)):
            answer = await client.request(method, f"/api/v1/admin/trends/{path}", token=token)
            assert answer.status == status, (method, path)
    token = await make.token(await make.account("other", role="moderator"), "admin:read admin:write")
    for path in ("tags/1/approve", "tags/x/approve", "statuses/1/reject"):
        assert (await client.post(f"/api/v1/admin/trends/{path}", token=token)).status == 404


@pytest.mark.parametrize("settings_given", [{"STOA_TRENDS": "all", "STOA_RATE_LIMITS": "off"}])
async def test_trends_are_turned_over_by_counting(house: House, make: Make, client: Client) -> None:
    await village(house, make)
    first = await client.get("/api/v1/trends/tags?limit=1")
    assert len(first.ok()) == 1
    assert first.links == {"next": "http://localhost:8000/api/v1/trends/tags?limit=1&offset=1"}
    second = await client.get("/api/v1/trends/tags?limit=1&offset=1")
    assert len(second.ok()) == 1
    assert second.json != first.json
    assert second.links["prev"].endswith("offset=0")
    assert (await client.get("/api/v1/trends/tags?limit=1&offset=2")).ok() == []
    for query, status in (
        ("limit=-5", 200),
        ("limit=9999999", 200),
        ("limit=99999999999999999999999", 422),
        ("offset=-1", 422),
        ("offset=99999999999999999999999", 422),
        ("offset=x", 422),
        ("limit[]=1", 422),
    ):
        for path in ("trends", "trends/tags", "trends/statuses"):
            assert (await client.get(f"/api/v1/{path}?{query}")).status == status, (path, query)


@pytest.mark.parametrize("settings_given", [{"STOA_TRENDS": "all", "STOA_RATE_LIMITS": "off"}])
async def test_visitors_get_what_their_browser_reads_first(
    house: House, make: Make, client: Client
) -> None:
    await village(house, make)
    people = [await make.account(f"d{n}", discoverable=True) for n in range(5)]
    for person in people:
        await make.status(person, "#katzen", language="de")
    await refresh.refresh(house.db, "all")
    for header, name in (("de-AT,en;q=0.5", "katzen"), ("*,\x01, ;;", None), ("fr" * 500, None)):
        shown = (await client.get("/api/v1/trends/tags", headers={"accept-language": header})).ok()
        assert len(shown) == 3
        assert name is None or shown[0]["name"] == name


@pytest.mark.parametrize("settings_given", [{"STOA_TRENDS": "off", "STOA_RATE_LIMITS": "off"}])
async def test_where_trends_are_off_there_are_none(house: House, make: Make, client: Client) -> None:
    await village(house, make)
    for path in ("trends", "trends/tags", "trends/statuses"):
        assert (await client.get(f"/api/v1/{path}")).ok() == []
    token = await moderator(make)
    assert (await client.get("/api/v1/admin/trends/tags", token=token)).ok() == []


@pytest.mark.parametrize("settings_given", [{"STOA_TRENDS": "all", "STOA_RATE_LIMITS": "off"}])
async def test_every_hashtag_says_how_much_it_is_used_at_the_same_cost(
    house: House, make: Make, client: Client
) -> None:
    alice = await make.account("alice", discoverable=True)
    await village(house, make)

    async def shown(path: str) -> tuple[list[dict[str, str]], int]:
        before = house.db.statements
        answer = (await client.get(path, token=alice.token)).ok()
        cost = house.db.statements - before
        return answer["hashtags"] if isinstance(answer, dict) else answer, cost

    await make.status(alice, "#Cats")
    costs: dict[str, int] = {}
    for names in (["Cats"], ["dogs", "doggerel", "catalogue", "catkin"]):
        for name in names:
            await make.status(alice, f"#{name}")
            await client.post(f"/api/v1/tags/{name}/follow", token=alice.token)
        for path in (
            "/api/v1/followed_tags",
            "/api/v2/search?q=cat&type=hashtags",
            "/api/v1/featured_tags/suggestions",
            "/api/v1/trends/tags",
        ):
            await shown(f"{path}{'&' if '?' in path else '?'}x=1")  # the token is known from now on
            found, cost = await shown(path)
            [cats] = [one for one in found if one["name"] == "Cats"]
            assert [day["uses"] for day in cats["history"]] == ["7"] + ["0"] * 6  # type: ignore[index]
            assert [day["accounts"] for day in cats["history"]] == ["6"] + ["0"] * 6  # type: ignore[index]
            assert costs.setdefault(path, cost) == cost, path


async def test_a_page_that_many_link_to_is_a_trend(
    assembled: Assembled, house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    page = "https://news.example/essay"
    elsewhere.documents[page] = Fetched(200, page, {"content-type": "text/html"}, b"<title>Essay</title>")
    for number in range(6):
        person = await make.account(f"p{number}", discoverable=True)
        await make.status(person, f"Read {page}", language="en")
    await assembled.worker.drain(at=ids.now_ms() + look.SPREAD_MS)
    await refresh.refresh(house.db, house.settings.trends)
    token = await moderator(make)
    assert (await client.get("/api/v1/trends/links")).ok() == []
    [waiting] = (await client.get("/api/v1/admin/trends/links", token=token)).ok()
    assert not contract.problems(waiting, "Trends::Link")
    assert (waiting["url"], waiting["requires_review"]) == (page, True)
    path = f"/api/v1/admin/trends/links/{waiting['id']}"
    assert (await client.post(f"{path}/approve", token=token)).ok()["requires_review"] is False
    shown = (await client.get("/api/v1/trends/links")).ok()
    assert not contract.problems(shown, "[Trends::Link]")
    assert [one["title"] for one in shown] == ["Essay"]
    assert (shown[0]["history"][0]["uses"], shown[0]["history"][0]["accounts"]) == ("6", "6")
    assert "Essay" in (await client.get("/explore")).text
    (await client.post(f"{path}/reject", token=token)).ok()
    assert (await client.get("/api/v1/trends/links")).ok() == []
    assert (await client.post("/api/v1/admin/trends/links/1/approve", token=token)).status == 404
