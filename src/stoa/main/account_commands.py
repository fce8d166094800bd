"""`stoa account suspend …`: what whoever runs the house decides of people, here and elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from stoa.core.accounts import views
from stoa.core.accounts.permissions import RANK
from stoa.core.auth import roles, second_factor
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.moderation import erase, registrations, standing, warnings
from stoa.db import Connection

Command: TypeAlias = Callable[[House, argparse.Namespace], Awaitable[tuple[Any, str]]]
InHouse: TypeAlias = Callable[[Command], Callable[..., None]]

# verb → (what it is for, what is done, what is said then)
_VERBS: dict[str, tuple[str, Callable[[Connection, int], Awaitable[object]], str]] = {
    "suspend": (
        "show nothing of somebody and keep them out; 30 days later everything of theirs is removed",
        standing.suspend,
        "{name} is suspended.",
    ),
    "unsuspend": ("and let them in again", standing.unsuspend, "{name} is not suspended."),
    "limit": ("only their followers meet somebody", standing.limit, "{name} is limited."),
    "unlimit": ("and everybody again", standing.unlimit, "{name} is not limited."),
    "sensitive": (
        "put all pictures of somebody behind a warning",
        standing.sensitise,
        "The pictures of {name} stand behind a warning.",
    ),
    "unsensitive": (
        "and show them again",
        standing.unsensitise,
        "The pictures of {name} are shown as they say.",
    ),
    "disable": ("somebody cannot sign in", standing.disable, "{name} cannot sign in."),
    "enable": ("and can again", standing.enable, "{name} can sign in."),
    "password-alone": (
        "somebody who lost their codes signs in without",
        second_factor.turn_off,
        "{name} signs in with the password alone.",
    ),
    "approve": ("let somebody in who asked to join", registrations.approve, "{name} is let in."),
    "reject": ("forget somebody who asked to join", registrations.reject, "{name} is not let in."),
}


def add_to(account: Any, shared: argparse.ArgumentParser, in_house: InHouse) -> None:
    """Add the verbs to the parser of `stoa account`."""
    for verb, (purpose, do, said) in _VERBS.items():
        one = account.add_parser(verb, parents=[shared], help=purpose)
        one.add_argument("name", help="alice, or carl@there.example")
        one.set_defaults(act=in_house(_command(verb, do, said)))
    one = account.add_parser(
        "delete", parents=[shared], help="remove somebody for good, with all of theirs"
    )
    one.add_argument("name", help="alice, or carl@there.example")
    one.add_argument("--yes", action="store_true", help="there is no way back, and I know it")
    one.set_defaults(act=in_house(_delete))
    one = account.add_parser("role", parents=[shared], help="what somebody may do here")
    one.add_argument("name")
    one.add_argument("role", choices=list(reversed(RANK)))
    one.set_defaults(act=in_house(_role))
    one = account.add_parser("appeals", parents=[shared], help="what members say against warnings")
    one.set_defaults(act=in_house(_appeals))
    one = account.add_parser("appeal", parents=[shared], help="decide on one of these")
    one.add_argument("id", type=int)
    one.add_argument("verdict", choices=["grant", "refuse"], help="grant: what was done is taken back")
    one.set_defaults(act=in_house(_appeal))


def _command(verb: str, do: Callable[[Connection, int], Awaitable[object]], said: str) -> Command:
    async def run(house: House, options: argparse.Namespace) -> tuple[Any, str]:
        async with house.db.write() as conn:
            account_id, name = await _find(conn, house, options.name)
            try:
                await do(conn, account_id)
            except NotFound as error:
                raise NotFound(str(error) or f"{name} does not sign in here.") from None
        return {"account": str(account_id), "done": verb}, said.format(name=name)

    return run


async def _delete(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    if not options.yes:
        raise Unprocessable("Nothing was deleted: say --yes if you are sure, there is no way back.")
    async with house.db.write() as conn:
        account_id, name = await _find(conn, house, options.name)
        await erase.erase(conn, account_id)
    said = f"{name} is gone. What they left is removed bit by bit while the server runs."
    return {"account": str(account_id), "done": "delete"}, said


async def _role(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    async with house.db.write() as conn:
        account_id, name = await _find(conn, house, options.name)
        await roles.change(conn, account_id, options.role)
    return {"account": str(account_id), "role": options.role}, f"{name} is {options.role} now."


async def _appeals(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    async with house.db.read() as conn:
        found = await warnings.list_appealed(conn)
        people = await views.load(conn, {one.account_id for one in found})
    data = [
        {
            "id": str(one.id), "account": str(one.account_id), "name": people[one.account_id].username,
            "action": one.action, "warning": one.text, "appeal": one.appeal,
        }
        for one in found
    ]  # fmt: skip
    lines = [f"{one['id']}  @{one['name']}  {one['action']}\n    {one['appeal']}" for one in data]
    return data, "\n".join(lines) or "Nobody has said anything that waits for an answer."


async def _appeal(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    granted = options.verdict == "grant"
    async with house.db.write() as conn:
        try:
            await (warnings.grant if granted else warnings.turn_down)(conn, options.id)
        except NotFound as error:
            raise NotFound(str(error) or f"There is no warning {options.id}.") from None
    said = "What was done is taken back." if granted else "It stays as it is."
    return {"id": str(options.id), "granted": granted}, said


async def _find(conn: Connection, house: House, name: str) -> tuple[int, str]:
    account_id = await views.find_by_acct(conn, name, house.settings.domain)
    if account_id is None:
        raise NotFound(f"Nobody called {name!r} is known here.")
    return account_id, f"@{name.strip().removeprefix('@')}"
