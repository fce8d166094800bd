"""What core asks of the world outside and does not do itself.  Given by `stoa.main`.

A port exists only where a second body exists: mail goes out by SMTP or into a folder, people and
posts elsewhere are found by the federation door or (without it) not at all.
"""

from __future__ import annotations

from typing import Protocol


class Mailer(Protocol):
    """Sends letters."""

    async def send(self, to: str, subject: str, body: str) -> None:
        """Deliver or raise; called from a job, so a failure is tried again."""


class Resolver(Protocol):
    """Finds what lives on other servers.  Never called while a transaction is open."""

    async def account(self, acct: str) -> int | None:
        """The id of the account `name@domain`, fetched and stored if need be."""

    async def url(self, url: str) -> tuple[str, int] | None:
        """("account" or "status", id) of what is at *url*."""
