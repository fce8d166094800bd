"""What the commands do, apart from reading their arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from stoa.core.house import House
from stoa.settings import Settings

Show = Callable[[argparse.Namespace, Any, str], None]


async def account_create(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Make an account."""
    raise NotImplementedError


async def account_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """List accounts."""
    raise NotImplementedError


async def token_create(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Make a token."""
    raise NotImplementedError


def doctor(settings: Settings, options: argparse.Namespace, show: Show) -> None:
    """Check everything."""
    raise NotImplementedError
