"""The command line.  Every command takes --data and --json, and fails with one clear sentence.

Others script against these commands: names, flags and what they print do not change lightly.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stoa import settings as stoa_settings
from stoa.core.errors import Forbidden, NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.media.model import MediaUnavailable
from stoa.db import migrate
from stoa.main import (
    account_commands,
    commands,
    federation_commands,
    group_commands,
    hashtag_commands,
    house_commands,
    media_commands,
    relay_commands,
    search_commands,
    trend_commands,
)
from stoa.main.assemble import assemble
from stoa.main.serve import ServeError, serve
from stoa.settings import Settings, SettingsError

REFUSALS = (
    SettingsError,
    ServeError,
    migrate.MigrationError,
    Unprocessable,
    NotFound,
    Forbidden,
    MediaUnavailable,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """`stoa …`; exits 0, or 1 with a sentence on standard error, or 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        settings = stoa_settings.load(
            data=options.data, host=getattr(options, "host", None), port=getattr(options, "port", None)
        )
        options.act(settings, options)
    except REFUSALS as error:
        print(f"stoa: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def show(options: argparse.Namespace, data: Any, text: str) -> None:
    """Print *data* as JSON where it was asked for, else *text*."""
    print(json.dumps(data, ensure_ascii=False) if options.json else text)


def _in_house(
    command: Callable[[House, argparse.Namespace], Awaitable[tuple[Any, str]]],
) -> Callable[[Settings, argparse.Namespace], None]:
    """A command that works on the house, beside a running server."""

    def act(settings: Settings, options: argparse.Namespace) -> None:
        migrate.bring_up_to_date(settings.database_url)

        async def run() -> tuple[Any, str]:
            async with assemble(settings) as assembled:
                return await command(assembled.house, options)

        data, text = asyncio.run(run())
        show(options, data, text)

    return act


def _migrate(settings: Settings, options: argparse.Namespace) -> None:
    changed = migrate.bring_up_to_date(settings.database_url)
    text = f"The database has schema {migrate.HEAD}" + (" now." if changed else " already.")
    show(options, {"schema": migrate.HEAD, "changed": changed}, text)


def _serve(settings: Settings, options: argparse.Namespace) -> None:
    serve(settings, demo=options.demo)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", type=Path, metavar="DIR", help="where everything lies (./data)")
    shared.add_argument("--json", action="store_true", help="print JSON")
    parser = argparse.ArgumentParser(prog="stoa", description="A community's own place to write.")
    parser.add_argument("--version", action="version", version=f"stoa {version('stoa')}")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    one = verbs.add_parser("serve", parents=[shared], help="run the server")
    one.add_argument("--host", metavar="H", help="address to listen on (127.0.0.1)")
    one.add_argument("--port", type=int, metavar="P", help="port to listen on (8000)")
    one.add_argument("--demo", action="store_true", help="fill an empty server with a small village")
    one.set_defaults(act=_serve)

    one = verbs.add_parser("migrate", parents=[shared], help="bring the database up to date")
    one.set_defaults(act=_migrate)

    one = verbs.add_parser("doctor", parents=[shared], help="say what is wrong with this server")
    one.set_defaults(act=lambda settings, options: commands.doctor(settings, options, show))

    account = verbs.add_parser("account", help="accounts").add_subparsers(required=True, metavar="VERB")
    one = account.add_parser("create", parents=[shared], help="make an account, confirmed at once")
    one.add_argument("name")
    one.add_argument("--email", required=True)
    one.add_argument("--password", required=True)
    one.add_argument("--role", choices=["owner", "admin", "moderator", "user"], default="user")
    one.set_defaults(act=_in_house(commands.account_create))
    one = account.add_parser("list", parents=[shared], help="everybody who has an account here")
    one.set_defaults(act=_in_house(commands.account_list))
    account_commands.add_to(account, shared, _in_house)

    token = verbs.add_parser("token", help="tokens").add_subparsers(required=True, metavar="VERB")
    one = token.add_parser("create", parents=[shared], help="print a bearer token for an account")
    one.add_argument("name")
    one.add_argument("--scopes", default="read write follow push")
    one.set_defaults(act=_in_house(commands.token_create))

    invite = verbs.add_parser("invite", help="invitations").add_subparsers(required=True, metavar="VERB")
    one = invite.add_parser("create", parents=[shared], help="print an address at which somebody may join")
    one.add_argument("--uses", type=int, default=1, metavar="N", help="how many people it is for (1)")
    one.add_argument("--days", type=int, default=7, metavar="N", help="how long it holds (7)")
    one.set_defaults(act=_in_house(commands.invite_create))

    rules = verbs.add_parser("rules", help="the rules of the house").add_subparsers(
        required=True, metavar="VERB"
    )
    one = rules.add_parser("add", parents=[shared], help="add a rule after the others")
    one.add_argument("text")
    one.add_argument("--hint", default="", help="what it means, in more words")
    one.set_defaults(act=_in_house(house_commands.rules_add))
    one = rules.add_parser("list", parents=[shared], help="all rules, with their numbers")
    one.set_defaults(act=_in_house(house_commands.rules_list))
    one = rules.add_parser("translate", parents=[shared], help="say a rule in another language too")
    one.add_argument("id", type=int)
    one.add_argument("language", help="its code: de, fr, ar")
    one.add_argument("text", nargs="?", default="", help="without it, the translation is taken away")
    one.add_argument("--hint", default="", help="what it means, in more words")
    one.set_defaults(act=_in_house(house_commands.rules_translate))
    one = rules.add_parser("remove", parents=[shared], help="take a rule away")
    one.add_argument("id", type=int)
    one.set_defaults(act=_in_house(house_commands.rules_remove))

    document = verbs.add_parser("document", help="policies and descriptions").add_subparsers(
        required=True, metavar="VERB"
    )
    one = document.add_parser("set", parents=[shared], help="write one down, in Markdown")
    one.add_argument("kind", metavar="KIND", help="privacy-policy, terms-of-service, extended-description")
    one.add_argument("file", type=Path)
    one.add_argument("--effective", metavar="DAY", help="holds from this day on (today)")
    one.set_defaults(act=_in_house(house_commands.document_set))
    one = document.add_parser("list", parents=[shared], help="all versions")
    one.set_defaults(act=_in_house(house_commands.document_list))
    one = document.add_parser("remove", parents=[shared], help="forget a version")
    one.add_argument("kind", metavar="KIND")
    one.add_argument("effective", metavar="DAY")
    one.set_defaults(act=_in_house(house_commands.document_remove))

    announcement = verbs.add_parser("announcement", help="what all members are told").add_subparsers(
        required=True, metavar="VERB"
    )
    one = announcement.add_parser("publish", parents=[shared], help="tell them something, in Markdown")
    one.add_argument("text")
    one.add_argument("--starts", metavar="TIME", help="of what is announced, such as 2026-11-23T18:00")
    one.add_argument("--ends", metavar="TIME", help="and it is no longer shown after that")
    one.add_argument("--all-day", action="store_true", help="the days matter, not the hours")
    one.add_argument("--at", metavar="TIME", help="tell them then (now)")
    one.set_defaults(act=_in_house(house_commands.announcement_publish))
    one = announcement.add_parser("list", parents=[shared], help="all of them")
    one.set_defaults(act=_in_house(house_commands.announcement_list))
    one = announcement.add_parser("remove", parents=[shared], help="take one back")
    one.add_argument("id", type=int)
    one.set_defaults(act=_in_house(house_commands.announcement_remove))

    emoji = verbs.add_parser("emoji", help="custom emoji").add_subparsers(required=True, metavar="VERB")
    one = emoji.add_parser("add", parents=[shared], help="make a picture an emoji")
    one.add_argument("shortcode")
    one.add_argument("file", type=Path)
    one.add_argument("--category", help="where apps list it")
    one.set_defaults(act=_in_house(house_commands.emoji_add))
    one = emoji.add_parser("list", parents=[shared], help="all emoji")
    one.set_defaults(act=_in_house(house_commands.emoji_list))
    one = emoji.add_parser("remove", parents=[shared], help="take an emoji away")
    one.add_argument("shortcode")
    one.set_defaults(act=_in_house(house_commands.emoji_remove))

    media = verbs.add_parser("media", help="files").add_subparsers(required=True, metavar="VERB")
    media_commands.add_to(media, shared, _in_house)

    search = verbs.add_parser("search", help="the index of posts").add_subparsers(
        required=True, metavar="VERB"
    )
    search_commands.add_to(search, shared, _in_house)

    federation = verbs.add_parser("federation", help="other servers").add_subparsers(
        required=True, metavar="VERB"
    )
    federation_commands.add_to(federation, shared, _in_house)
    relay_commands.add_to(federation, shared, _in_house)
    group_commands.add_to(verbs, shared, _in_house)
    hashtag_commands.add_to(verbs, shared, _in_house)
    trend_commands.add_to(verbs, shared, _in_house)
    return parser
