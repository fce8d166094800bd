"""The commands, as somebody types them beside a running server or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stoa.core.auth import users
from stoa.core.house import House
from stoa.main.cli import main
from tests.client import Client
from tests.conftest import run_program
from tests.web.pages.filling import sign_in

ALICE = ("account", "create", "alice", "--email", "alice@mail.example", "--password", "correct horse")


class Cli:
    """`stoa …` in this process, on a house of the test."""

    def __init__(self, house: House, capsys: pytest.CaptureFixture[str]) -> None:
        self.house = house
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        from concurrent.futures import ThreadPoolExecutor

        # The command has an event loop of its own, as it has in life.
        with ThreadPoolExecutor(1) as pool:
            code = pool.submit(_exit_code, (*arguments, "--data", str(self.house.settings.data))).result()
        out, err = self._capsys.readouterr()
        return code, out, err


def _exit_code(arguments: tuple[str, ...]) -> int:
    try:
        main(arguments)
    except SystemExit as done:
        return int(done.code or 0)
    return 0


@pytest.fixture
def cli(house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("STOA_DATABASE_URL", house.settings.database_url)
    return Cli(house, capsys)


async def test_an_account_made_here_works_at_once_beside_the_server(cli: Cli, client: Client) -> None:
    code, out, _ = cli(*ALICE, "--role", "owner")
    assert (code, out) == (0, "@alice has an account now (owner).\n")
    assert (await sign_in(client, "alice@mail.example", "correct horse")).status == 303
    async with cli.house.db.read() as conn:
        user = await users.find_by_username(conn, "Alice")
    assert user is not None
    assert (user.role, user.may_act) == ("owner", True)


async def test_a_refusal_is_one_sentence_and_a_code(cli: Cli) -> None:
    assert cli(*ALICE)[0] == 0
    for arguments, words in (
        (ALICE, "already been taken"),
        (("account", "create", "a b", "--email", "x@y.example", "--password", "longenough"), "letters"),
        (("account", "create", "bob", "--email", "x", "--password", "longenough"), "e-mail"),
        (("account", "create", "bob", "--email", "x@y.example", "--password", "short"), "too short"),
        (("token", "create", "nobody"), "'nobody'"),
        (("token", "create", "alice", "--scopes", "read everything"), "'everything'"),
        (("token", "create", "alice", "--scopes", " "), "scope"),
        (("invite", "create", "--uses", "0"), "1 to 10,000"),
    ):
        code, out, err = cli(*arguments)
        assert (code, out) == (1, "")
        assert err.startswith("stoa: ")
        assert words in err
        assert err.count("\n") == 1


async def test_the_list_has_everybody_as_text_and_as_json(cli: Cli) -> None:
    assert cli("account", "list")[1] == "Nobody has an account yet.\n"
    cli(*ALICE)
    assert cli("account", "list")[1] == "@alice  user  alice@mail.example  active\n"
    (listed,) = json.loads(cli("account", "list", "--json")[1])
    assert listed["username"] == "alice"
    assert listed["id"].isdigit()


async def test_a_token_is_one_line_that_opens_what_it_says(cli: Cli, client: Client) -> None:
    cli(*ALICE)
    code, out, _ = cli("token", "create", "Alice", "--scopes", "read:accounts")
    token = out.removesuffix("\n")
    assert code == 0
    assert "\n" not in token
    assert (await client.get("/api/v1/accounts/verify_credentials", token=token)).ok()[
        "username"
    ] == "alice"
    assert (await client.delete("/api/v1/profile/avatar", token=token)).status == 403
    told = json.loads(cli("token", "create", "alice", "--json")[1])
    assert told["scopes"] == "read write follow push"
    (await client.delete("/api/v1/profile/avatar", token=told["token"])).ok()


async def test_an_invitation_is_an_address(cli: Cli, client: Client) -> None:
    code, out, _ = cli("invite", "create", "--uses", "2")
    assert code == 0
    base = cli.house.settings.base_url
    assert out.startswith(f"{base}/sign-up?invite=")
    page = await client.get(out.strip().removeprefix(base), headers={"accept": "text/html"})
    assert out.strip().rpartition("=")[2] in page.text


def test_it_is_a_program_too(tmp_path: Path) -> None:
    done = run_program(*ALICE, "--data", str(tmp_path / "new"), env={})
    assert (done.returncode, done.stderr) == (0, "")
    listed = run_program("account", "list", "--json", "--data", str(tmp_path / "new"), env={})
    assert json.loads(listed.stdout)[0]["username"] == "alice"
