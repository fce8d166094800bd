"""`stoa federation relay …`."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.main import relay_commands
from tests.conftest import run_cli
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make

INBOX = "https://relay.example/inbox"


def _of(address: str) -> argparse.Namespace:
    return argparse.Namespace(address=address)


async def test_a_relay_is_asked_listed_and_left(house: House, make: Make) -> None:
    office = PostOffice(house, make)
    await relay_commands.relay_add(house, _of(INBOX))
    assert [letter.kind for letter in await office.letters()] == ["Follow"]
    data, text = await relay_commands.relay_list(house, argparse.Namespace())
    assert data == [{"inbox": INBOX, "actor": None, "state": "pending"}]
    assert text == f"pending   {INBOX}"
    with pytest.raises(Unprocessable, match="asked already"):
        await relay_commands.relay_add(house, _of(INBOX))
    await relay_commands.relay_remove(house, _of(INBOX))
    assert [letter.kind for letter in await office.letters()] == ["Undo"]
    assert (await relay_commands.relay_list(house, argparse.Namespace()))[0] == []


async def test_a_relay_that_is_an_actor_is_followed_as_one(house: House, make: Make) -> None:
    office = PostOffice(house, make)
    await office.neighbour("relay@relay.example", actor_type="Application")
    actor = "https://relay.example/users/relay"
    await relay_commands.relay_add(house, _of(actor))
    letter = await office.letter()
    assert letter.document["object"] == actor
    assert letter.inboxes == [f"{actor}/inbox"]
    await relay_commands.relay_remove(house, _of(actor))


async def test_what_is_no_relay_is_said_to_be_none(house: House) -> None:
    with pytest.raises(Unprocessable, match="not an address"):
        await relay_commands.relay_add(house, _of("relay"))
    with pytest.raises(NotFound, match="no relay of ours"):
        await relay_commands.relay_remove(house, _of(INBOX))


def test_relays_are_listed_as_somebody_would_type_it(tmp_path: Path) -> None:
    done = run_cli("federation", "relay", "list", "--data", str(tmp_path / "data"), env={})
    assert done.stdout == "There are no relays.\n", done.stderr
