"""`stoa federation …`, as somebody would type it, beside a house in which things happen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.relationships import follow
from stoa.db import Query
from stoa.db.tables import incoming
from stoa.main import federation_commands
from stoa.main.cli import _parser
from tests.conftest import run_cli
from tests.federation.peers import Outside, now
from tests.make import Make


async def run(house: House, *arguments: str) -> tuple[Any, str]:
    """What `stoa federation …` gives: JSON data and text."""
    options = _parser().parse_args(["federation", *arguments])
    name = {"list": "list_decided", "import": "import_list", "export": "export_list"}
    command = getattr(federation_commands, name.get(arguments[0], arguments[0]))
    found: tuple[Any, str] = await command(house, options)
    return found


def test_servers_are_blocked_from_the_command_line(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    done = run_cli("federation", "block", "Bad.example", "--reason", "Spam", *data, env={})
    assert done.stdout == "bad.example is blocked.\n", done.stderr
    found = json.loads(run_cli("federation", "list", "--json", *data, env={}).stdout)
    assert [(one["domain"], one["public_comment"]) for one in found["decided"]] == [("bad.example", "Spam")]
    wrong = run_cli("federation", "unblock", "good.example", *data, env={})
    assert (wrong.returncode, wrong.stderr) == (1, "stoa: Nothing was decided on good.example.\n")


async def test_what_was_decided_is_listed_exported_and_undone(house: House) -> None:
    await run(house, "block", "bad.example", "--reason", "Spam")
    await run(house, "limit", "loud.example", "--reject-media")
    await run(house, "limit", "noted.example", "--only", "--reject-reports")
    _, shown = await run(house, "list")
    assert [line.split() for line in shown.splitlines()[1:]] == [
        ["bad.example", "blocked", "Spam"],
        ["loud.example", "limited", "no", "media"],
        ["noted.example", "noted", "no", "reports"],
    ]
    _, exported = await run(house, "export")
    assert exported.splitlines()[1:] == [
        "bad.example,suspend,false,false,Spam,false",
        "loud.example,silence,true,false,,false",
        "noted.example,noop,false,true,,false",
    ]
    await run(house, "unblock", "BAD.example")
    found, _ = await run(house, "list")
    assert [one["domain"] for one in found["decided"]] == ["loud.example", "noted.example"]
    with pytest.raises(Unprocessable, match="is not the name of a server"):
        await run(house, "block", "https://x/")


async def test_an_import_says_first_what_would_end(house: House, make: Make, tmp_path: Path) -> None:
    alice, carol = await make.account("alice"), await make.remote("carol@bad.example")
    async with house.db.write() as conn:
        await follow.follow(conn, carol, alice.id)
    path = tmp_path / "list.csv"
    path.write_text("#domain,#severity\nbad.example,suspend\nother.example,silence\n")
    data, text = await run(house, "import", str(path))
    assert data["severed"] == [{"server": "bad.example", "followers": 1, "following": 0}]
    assert "Nothing is done yet" in text
    assert [line.split() for line in text.splitlines()[2:4]] == [
        ["bad.example", "blocked"], ["other.example", "limited"],
    ]  # fmt: skip
    assert (await run(house, "list"))[1] == "Nothing was decided on any server."
    _, text = await run(house, "import", str(path), "--yes")
    assert "1 follow of people here" in text
    found, _ = await run(house, "list")
    assert [(one["domain"], one["severity"]) for one in found["decided"]] == [
        ("bad.example", "suspend"), ("other.example", "silence"),
    ]  # fmt: skip


async def test_an_import_leaves_what_was_decided_here(house: House, tmp_path: Path) -> None:
    await run(house, "limit", "bad.example", "--note", "we talked")
    path = tmp_path / "list.csv"
    path.write_text("#domain,#severity\nbad.example,suspend\n")
    await run(house, "import", str(path), "--yes")
    assert (await run(house, "list"))[0]["decided"][0]["severity"] == "silence"
    await run(house, "import", str(path), "--yes", "--replace")
    [decided] = (await run(house, "list"))[0]["decided"]
    assert (decided["severity"], decided["private_comment"]) == ("suspend", "we talked")


async def test_a_list_that_names_this_server_is_taken_without_that(house: House, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"#domain,#severity\nbad.example,suspend\n{house.settings.domain},suspend\n")
    await run(house, "import", str(path), "--yes")
    assert [one["domain"] for one in (await run(house, "list"))[0]["decided"]] == ["bad.example"]


async def test_those_allowed_by_name_go_from_house_to_house_too(house: House, tmp_path: Path) -> None:
    for name in ("friends.example", "allies.example"):
        await run(house, "allow", name)
    _, exported = await run(house, "export", "--allowed")
    assert exported.splitlines() == ["#domain", "allies.example", "friends.example"]
    await run(house, "allow", "friends.example", "--remove")
    path = tmp_path / "list.csv"
    path.write_text(exported)
    data, text = await run(house, "import", str(path), "--allowed")
    assert (data["new"], "Nothing is done yet" in text) == (["friends.example"], True)
    assert (await run(house, "list"))[0]["allowed"] == ["allies.example"]
    await run(house, "import", str(path), "--allowed", "--yes")
    found, _ = await run(house, "list")
    assert (found["allowed"], found["decided"]) == (["allies.example", "friends.example"], [])


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#domain\nhttps://x/\n", None])
async def test_a_list_that_cannot_be_read_is_refused_in_words(
    house: House, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((Unprocessable, NotFound), match=r"cannot be read|is not text|Line 2"):
        await run(house, "import", str(path))


async def test_servers_are_allowed_by_name(house: House) -> None:
    _, text = await run(house, "allow", "friends.example")
    assert "STOA_FEDERATION is allowlist" in text
    assert (await run(house, "list"))[0]["allowed"] == ["friends.example"]
    await run(house, "allow", "friends.example", "--remove")
    assert (await run(house, "list"))[0]["allowed"] == []


async def test_the_status_shows_what_waits_for_whom_and_why(house: House) -> None:
    outside = Outside(house)
    _, text = await run(house, "status")
    assert "Going out: 0 deliveries to 0 servers." in text
    outside.peers["dead.example"].answer = None
    for name in ("a", "b", "c"):
        await outside.queue(name, "dead.example", "there.example")
    await outside.drain()
    data, text = await run(house, "status")
    assert data["outgoing"] == {"waiting": 3, "servers": 1}
    [line] = data["servers"]
    assert (line["server"], line["waiting"], line["failures"]) == ("dead.example", 3, 1)
    assert line["paused_until"] is not None
    assert "no connection could be made" in text
    assert "(paused)" in text
    for day in range(9):
        await outside.drain(now() + day * 31 * 3_600_000)
    data, text = await run(house, "status")
    assert [one["server"] for one in data["given_up"]] == ["dead.example"]
    assert data["servers"] == []
    assert "given up" in text


async def test_the_status_says_what_came_in_and_has_no_effect_yet(house: House) -> None:
    row = {
        "id": ids.new_id(), "activity": "https://there.example/1", "sender": "https://there.example/carol",
        "proven": True, "host": "there.example", "body": b"{}", "received_at": now(),
        "run_at": now() + 60_000, "attempts": 3, "last_error": "HTTP 503 from there.example",
    }  # fmt: skip
    async with house.db.write() as conn:
        await conn.run(Query(insert(incoming).values(**row)))
    data, text = await run(house, "status")
    [held] = data["held_up"]
    assert (held["server"], held["waiting"], held["attempts"]) == ("there.example", 1, 3)
    assert "HTTP 503 from there.example" in text.splitlines()[-1]
