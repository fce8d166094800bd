"""`stoa rules …`, `stoa emoji …` and `stoa media …`: what makes a house one's own, and keeps it tidy."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.instances import rules
from stoa.core.media import emojis, foreign, strays, upload
from stoa.core.media.model import Limits


async def rules_add(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Add a rule after the others."""
    async with house.db.write() as conn:
        made = await rules.add(conn, options.text, options.hint)
    return made._asdict() | {"id": str(made.id)}, f"Rule {made.id}: {made.text}"


async def rules_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """All rules, in order."""
    async with house.db.read() as conn:
        found = await rules.list_rules(conn)
    lines = [f"{rule.id}  {rule.text}" + (f"\n    {rule.hint}" if rule.hint else "") for rule in found]
    data = [rule._asdict() | {"id": str(rule.id)} for rule in found]
    return data, "\n".join(lines) or "There are no rules yet; make one with `stoa rules add TEXT`."


async def rules_remove(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Take a rule away."""
    async with house.db.write() as conn:
        await rules.remove(conn, options.id)
    return {"removed": str(options.id)}, f"Rule {options.id} no longer holds."


async def emoji_add(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Make a picture an emoji, or give an emoji another picture."""
    shortcode = emojis.checked_shortcode(options.shortcode)
    path: Path = options.file
    try:
        size = path.stat().st_size
    except OSError as error:
        raise NotFound(f"{path} cannot be read ({error.strerror}).") from None
    if size > emojis.MAX_BYTES:
        raise Unprocessable(
            f"An emoji has at most {emojis.MAX_BYTES // 1024} KiB; this has {size // 1024}."
        )
    limits = Limits(max_bytes=emojis.MAX_BYTES, max_pixels=1_000_000)
    stored = await upload.take(path, house.storage, limits)
    async with house.db.write() as conn:
        await emojis.put(conn, shortcode, stored, options.category)
    return {"shortcode": shortcode, "url": house.addresses.media(stored.key)}, f":{shortcode}: is there."


async def emoji_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """All emoji of the house."""
    async with house.db.read() as conn:
        found = await emojis.list_ours(conn)
    data = [{"shortcode": one.shortcode, "category": one.category} for one in found]
    return data, "\n".join(f":{one.shortcode}:" for one in found) or "There are no emoji yet."


async def emoji_remove(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Take an emoji away."""
    async with house.db.write() as conn:
        await emojis.remove(conn, options.shortcode)
    return {"removed": options.shortcode}, f":{options.shortcode.strip(':')}: is text again."


async def media_prune(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Forget the copies of files of other servers that are older than *days*, and remove what no record
    names any more.
    """
    if options.days < 0:
        raise Unprocessable("Days are counted from 0 on.")
    forgotten = await foreign.prune(house.db, house.storage, options.days)
    await strays.sweep(house.db, house.storage, house.settings.media_folder)
    files = "file" if forgotten == 1 else "files"
    return {"forgotten": forgotten}, f"Copies of {forgotten} {files} of other servers were forgotten."
