"""`stoa account suspend` and its like, as somebody would type them."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.conftest import run_cli

BOB = ["create", "bob", "--email", "bob@mail.example", "--password", "correct horse battery"]


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    return ["--data", str(tmp_path / "data")]


def account(*arguments: str, data: list[str]) -> CompletedProcess[str]:
    return run_cli("account", *arguments, *data, env={})


def state(data: list[str]) -> str:
    (bob,) = json.loads(account("list", "--json", data=data).stdout)
    return str(bob["state"])


def test_somebody_is_suspended_and_comes_back(data: list[str]) -> None:
    account(*BOB, data=data)
    assert account("suspend", "@bob", data=data).stdout == "@bob is suspended.\n"
    assert state(data) == "suspended"
    assert account("unsuspend", "bob", data=data).stdout == "@bob is not suspended.\n"
    assert account("disable", "bob", data=data).returncode == 0
    assert state(data) == "disabled"
    done = json.loads(account("enable", "bob", "--json", data=data).stdout)
    assert done["done"] == "enable"
    nobody = account("suspend", "eve", data=data)
    assert (nobody.returncode, nobody.stderr) == (1, "stoa: Nobody called 'eve' is known here.\n")
    let_in = account("approve", "bob", data=data)
    assert (let_in.returncode, let_in.stderr) == (1, "stoa: They were let in already.\n")


def test_roles_change_but_there_is_always_an_owner(data: list[str]) -> None:
    account(*BOB, data=data)
    assert account("role", "bob", "owner", data=data).stdout == "@bob is owner now.\n"
    refused = account("role", "bob", "user", data=data)
    assert (refused.returncode, "only owner" in refused.stderr) == (1, True)
    wrong = account("role", "bob", "king", data=data)
    assert wrong.returncode == 2


def test_nobody_is_deleted_by_mistake(data: list[str]) -> None:
    account(*BOB, data=data)
    asked = account("delete", "bob", data=data)
    assert (asked.returncode, "--yes" in asked.stderr) == (1, True)
    assert state(data) != "suspended"
    assert account("delete", "bob", "--yes", data=data).returncode == 0
    assert json.loads(account("list", "--json", data=data).stdout) == []
    assert account("delete", "bob", "--yes", data=data).returncode == 1
    again = account(*BOB, data=data)
    assert (again.returncode, "taken" in again.stderr) == (1, True)


def test_there_is_nothing_to_decide_where_nobody_objects(data: list[str]) -> None:
    assert json.loads(account("appeals", "--json", data=data).stdout) == []
    refused = account("appeal", "17", "grant", data=data)
    assert (refused.returncode, refused.stderr) == (1, "stoa: There is no warning 17.\n")
