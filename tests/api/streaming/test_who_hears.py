"""What arrives live is what the timelines show, for everyone: the one is the measure of the other."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import pytest

from stoa import ids
from stoa.core.accounts import store
from stoa.core.house import House
from stoa.core.statuses.model import Visibility
from tests.api.streaming.watching import TAG, Watcher, watching
from tests.client import Client
from tests.make import Make, Person

pytestmark = pytest.mark.anyio

VISIBILITIES: tuple[Visibility, ...] = ("public", "unlisted", "private", "direct")
RELATIONS = (
    "author", "mentioned", "follower", "stranger", "blocked", "blocker", "muter",
    "tag_follower", "without_boosts", "exclusive", "of_another_language",
)  # fmt: skip


class Village:
    """An author, and somebody for each relation to them, listening."""

    def __init__(self, house: House, client: Client, make: Make, stack: AsyncExitStack) -> None:
        self.house, self.client, self.make, self._stack = house, client, make, stack
        self.watchers: dict[str, Watcher] = {}

    async def settle(self) -> None:
        self.author = await self.make.account("author")
        people: dict[str, Person] = {"author": self.author}
        for name in RELATIONS[1:]:
            people[name] = await self.make.account(name)
        self.people = people
        for name in ("follower", "muter"):
            await self.make.follow(people[name], self.author)
        await self.post(people["without_boosts"], f"accounts/{self.author.id}/follow", reblogs=False)
        await self.post(people["exclusive"], f"accounts/{self.author.id}/follow")
        await self.post(
            people["of_another_language"], f"accounts/{self.author.id}/follow", languages=["fi"]
        )
        await self.post(people["muter"], f"accounts/{self.author.id}/mute")
        await self.post(people["tag_follower"], f"tags/{TAG}/follow")
        await self.make.block(self.author, people["blocked"])
        await self.make.block(people["blocker"], self.author)
        followers = ("follower", "muter", "without_boosts", "of_another_language")
        for name, person in people.items():
            members = [self.author] if name in (*followers, "exclusive", "author") else []
            watcher = await self._stack.enter_async_context(
                watching(self.house, self.client, person, *members)
            )
            self.watchers[name] = watcher
        (mine,) = (await self.client.get("/api/v1/lists", token=people["exclusive"].token)).ok()
        await self.client.put(
            f"/api/v1/lists/{mine['id']}", token=people["exclusive"].token,
            json={"title": "Close", "exclusive": True},
        )  # fmt: skip

    async def post(self, person: Person, path: str, **form: Any) -> Any:
        return (await self.client.post(f"/api/v1/{path}", token=person.token, json=form)).ok()

    async def compare(self, status_id: int, event: str = "update") -> dict[str, dict[str, list[str]]]:
        """relation → what arrived, which is what each of them would read."""
        found = {}
        for name, watcher in self.watchers.items():
            found[name] = await watcher.live(event)
            assert found[name] == await watcher.read(status_id), name
        return found


@pytest.fixture
async def village(house: House, client: Client, make: Make) -> Any:
    async with AsyncExitStack() as stack:
        made = Village(house, client, make, stack)
        await made.settle()
        yield made


@pytest.mark.parametrize("visibility", VISIBILITIES)
async def test_a_post_arrives_where_the_timelines_show_it_and_nowhere_else(
    village: Village, visibility: Visibility
) -> None:
    post = await village.make.status(
        village.author, f"Hello @mentioned and #{TAG}", visibility=visibility, language="en"
    )
    heard = await village.compare(post)
    assert heard["author"]["user"] == [str(post)]
    for name in ("blocked", "blocker", "muter"):
        assert heard[name] == {}
    assert bool(heard["follower"]) == (visibility != "direct")
    assert ("public" in heard["stranger"]) == (visibility == "public")
    assert ("user" in heard["tag_follower"]) == (visibility == "public")
    if visibility in ("public", "unlisted", "private"):
        assert "user" not in heard["exclusive"]
        assert "list" in heard["exclusive"]


@pytest.mark.parametrize("visibility", VISIBILITIES)
async def test_an_edit_arrives_where_the_post_is_shown(village: Village, visibility: Visibility) -> None:
    post = await village.make.status(
        village.author, f"Hello @mentioned and #{TAG}", visibility=visibility, language="en"
    )
    for watcher in village.watchers.values():
        await watcher.live()
    changed = await village.client.put(
        f"/api/v1/statuses/{post}", token=village.author.token,
        json={"status": f"Goodbye @mentioned and #{TAG}", "language": "en"},
    )  # fmt: skip
    assert "Goodbye" in changed.ok()["content"]
    await village.compare(post, "status.update")


@pytest.mark.parametrize("visibility", VISIBILITIES)
async def test_a_deletion_is_told_to_those_who_were_shown_the_post(
    village: Village, visibility: Visibility
) -> None:
    post = await village.make.status(
        village.author, f"Hello @mentioned and #{TAG}", visibility=visibility, language="en"
    )
    shown = {name: await watcher.live() for name, watcher in village.watchers.items()}
    (await village.client.delete(f"/api/v1/statuses/{post}", token=village.author.token)).ok()
    for name, watcher in village.watchers.items():
        told = await watcher.live("delete")
        # A mute and a list that takes its members out of home hide what stands there; public posts
        # are no secret.  Whoever was shown it is told, and of what is not public nobody else.
        assert all(told.get(stream) == found for stream, found in shown[name].items()), name
        if visibility != "public" and name not in ("muter", "exclusive"):
            assert told == shown[name], name


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
async def test_a_boost_arrives_at_home_and_in_lists(village: Village, visibility: Visibility) -> None:
    carl = await village.make.account("carl")
    post = await village.make.status(carl, f"From afar #{TAG}", visibility=visibility, language="en")
    for watcher in village.watchers.values():
        await watcher.live()
    boost = await village.post(village.author, f"statuses/{post}/reblog")
    heard = await village.compare(int(boost["id"]))
    assert heard["follower"] == {"user": [boost["id"]], "list": [boost["id"]]}
    assert heard["without_boosts"] == {}
    assert heard["stranger"] == {}


async def test_what_a_limited_author_says_reaches_followers_only(village: Village) -> None:
    async with village.house.db.write() as conn:
        await store.change(conn, village.author.id, limited_at=ids.now_ms())
    post = await village.make.status(village.author, f"Quietly #{TAG}", language="en")
    heard = await village.compare(post)
    assert heard["stranger"] == {}
    assert heard["follower"] == {"user": [str(post)], "list": [str(post)]}


async def test_an_answer_to_a_stranger_goes_to_neither_homes_nor_the_public(village: Village) -> None:
    carl = await village.make.account("carl")
    first = await village.make.status(carl, "What is new?", language="en")
    for watcher in village.watchers.values():
        await watcher.live()
    answer = await village.make.status(
        village.author, f"Nothing. #{TAG}", in_reply_to_id=first, language="en"
    )
    heard = await village.compare(answer)
    assert heard["follower"] == {"hashtag": [str(answer)], "hashtag:local": [str(answer)]}


async def test_a_post_of_another_server_arrives_as_remote(village: Village) -> None:
    there = await village.make.remote("carl@there.example")
    post = await village.make.status(
        there, uri="https://there.example/1", content="<p>Hello</p>", tags=(TAG,), language="en"
    )
    heard = await village.compare(post)
    assert heard["stranger"] == {
        "public": [str(post)], "public:remote": [str(post)], "hashtag": [str(post)],
    }  # fmt: skip


async def test_conversations_are_told_to_those_who_take_part(village: Village) -> None:
    heard: dict[str, bool] = {}
    post = await village.make.status(village.author, "@mentioned alone", visibility="direct")
    for name, watcher in village.watchers.items():
        talks = [one for one in await watcher.ear.heard() if one[1] == "conversation"]
        heard[name] = bool(talks)
        assert all(stream == ("direct",) for stream, _, _ in talks)
        assert all(payload["last_status"]["id"] == str(post) for _, _, payload in talks)
        assert heard[name] == await watcher.conversations(post), name
    assert [name for name, did in heard.items() if did] == ["author", "mentioned"]
