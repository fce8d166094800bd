"""`stoa group …`."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

import pytest

from stoa.core.auth import secrets
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.relationships import follow
from stoa.db import migrate
from stoa.main import assemble, group_commands
from stoa.settings import load
from tests.conftest import run_cli
from tests.make import Make


def _of(**said: Any) -> argparse.Namespace:
    plain = {"name": "commons", "title": "", "moderator": [], "locked": False, "moderators_only": False}
    return argparse.Namespace(**{**plain, **said})


async def _listed(house: House) -> dict[str, Any]:
    data, _ = await group_commands.list_all(house, argparse.Namespace())
    [one] = data
    assert isinstance(one, dict)
    return one


async def test_a_group_is_made_with_its_moderators_and_listed(house: House, make: Make) -> None:
    await make.account("alice")
    await make.remote("mona@far.example")
    handles = ["alice", "@mona@far.example"]
    data, text = await group_commands.create(house, _of(moderator=handles, title="The commons"))
    assert data["url"].endswith("/@commons")
    assert data["url"] in text
    found = await _listed(house)
    assert (found["title"], found["moderators"]) == ("The commons", ["alice", "mona@far.example"])
    await group_commands.moderator(house, _of(who="alice", remove=True))
    assert (await _listed(house))["moderators"] == ["mona@far.example"]
    with pytest.raises(NotFound, match="does not moderate"):
        await group_commands.moderator(house, _of(who="alice", remove=True))


@pytest.mark.parametrize("name", ["alice", "ALICE", "admin", "a b", ""])
async def test_a_name_that_cannot_be_had_is_refused_in_words(house: House, make: Make, name: str) -> None:
    await make.account("alice")
    with pytest.raises(Unprocessable, match="The name"):
        await group_commands.create(house, _of(name=name))


async def test_moderators_let_people_into_a_locked_group(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    data, _ = await group_commands.create(house, _of(locked=True))
    for person in (alice, bob):
        async with house.db.write() as conn:
            await follow.follow(conn, person.id, int(data["id"]))
    assert (await group_commands.requests(house, _of()))[0] == ["alice", "bob"]
    await group_commands.answer(house, _of(who="alice", accept=True))
    await group_commands.answer(house, _of(who="bob", accept=False))
    assert (await group_commands.requests(house, _of()))[0] == []
    assert (await _listed(house))["members"] == 1
    with pytest.raises(NotFound, match="does not ask"):
        await group_commands.answer(house, _of(who="bob", accept=True))


async def test_whoever_is_banned_is_out_until_that_is_lifted(house: House, make: Make) -> None:
    alice = await make.account("alice")
    data, _ = await group_commands.create(house, _of())
    group_id = int(data["id"])
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, group_id)
    await group_commands.ban(house, _of(who="alice", lift=False))
    assert (await _listed(house))["members"] == 0
    await group_commands.ban(house, _of(who="alice", lift=True))
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, group_id)
    assert (await _listed(house))["members"] == 1


async def test_what_is_not_there_is_said_in_words(house: House, make: Make) -> None:
    await make.account("alice")
    with pytest.raises(NotFound, match="no group"):
        await group_commands.requests(house, _of(name="nothing"))
    with pytest.raises(NotFound, match="Nobody called"):
        await group_commands.create(house, _of(moderator=["nobody"]))
    await group_commands.create(house, _of())
    with pytest.raises(NotFound, match="is no post of"):
        await group_commands.remove(house, _of(post="https://far.example/1", reason=""))


def test_it_is_a_command(tmp_path: Path) -> None:
    env = {"STOA_DATA": str(tmp_path)}
    done = run_cli("group", "create", "commons", "--data", str(tmp_path), env=env)
    assert done.returncode == 0, done.stderr
    assert "/@commons" in done.stdout
    assert "commons (0 members)" in run_cli("group", "list", "--data", str(tmp_path), env=env).stdout


def test_a_command_beside_a_server_uses_its_address(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    settings = load(data=tmp_path / "data", port=8765, environ={})
    migrate.bring_up_to_date(settings.database_url)

    async def open_once() -> None:
        async with assemble(settings, opens=True) as assembled:
            await secrets.note_address(assembled.house.db, settings.base_url)

    asyncio.run(open_once())
    assert "http://localhost:8765/@commons" in run_cli("group", "create", "commons", *data, env={}).stdout
    env = {"STOA_BASE_URL": "https://stoa.example"}
    assert "https://stoa.example/@news" in run_cli("group", "create", "news", *data, env=env).stdout
