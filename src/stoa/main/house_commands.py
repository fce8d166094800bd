"""`stoa rules …`, `document`, `announcement`, `emoji` and `media`: what makes a house one's own."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stoa.core.announcements import publish as announcements
from stoa.core.announcements import views as announcement_views
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.instances import documents, rules
from stoa.core.media import emojis, upload
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
    lines = []
    for rule in found:
        lines.append(f"{rule.id}  {rule.text}" + (f"\n    {rule.hint}" if rule.hint else ""))
        lines += [f"    {language}: {said['text']}" for language, said in rule.translations.items()]
    data = [rule._asdict() | {"id": str(rule.id)} for rule in found]
    return data, "\n".join(lines) or "There are no rules yet; make one with `stoa rules add TEXT`."


async def rules_translate(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """A rule in another language, or no longer."""
    async with house.db.write() as conn:
        await rules.translate(conn, options.id, options.language, options.text, options.hint)
    said = f"has {options.language}" if options.text else f"has no {options.language} any more"
    return {"id": str(options.id), "language": options.language}, f"Rule {options.id} {said}."


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


def _kind(name: str) -> documents.Kind:
    for kind in documents.KINDS:
        if name.replace("-", "_") == kind:
            return kind
    raise NotFound(f"{name!r} is none of {', '.join(documents.KINDS)}.")


async def document_set(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Write down a policy, terms or a longer description, in Markdown."""
    path: Path = options.file
    try:
        words = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{path} cannot be read as text ({error}).") from None
    async with house.db.write() as conn:
        made = await documents.put(conn, _kind(options.kind), words, options.effective)
    return {"kind": made.kind, "effective_on": made.effective_on}, (
        f"{made.kind} holds from {made.effective_on} on."
    )


async def document_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """All versions of all of them."""
    async with house.db.read() as conn:
        found = [one for kind in documents.KINDS for one in await documents.versions(conn, kind)]
    data = [{"kind": one.kind, "effective_on": one.effective_on, "text": one.text} for one in found]
    lines = [f"{one.kind}  {one.effective_on}  {len(one.text)} characters" for one in found]
    return data, "\n".join(lines) or "Nothing has been written down."


async def document_remove(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Forget a version."""
    async with house.db.write() as conn:
        await documents.remove(conn, _kind(options.kind), options.effective)
    return {"kind": options.kind, "removed": options.effective}, "It is forgotten."


def _moment(said: str | None) -> int | None:
    """2026-11-23 or 2026-11-23T18:00 (UTC unless it says otherwise), in unix milliseconds."""
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Unprocessable(f"{said!r} is no time; write it as 2026-11-23T18:00.") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


async def announcement_publish(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Tell all members something, now or later."""
    async with house.db.write() as conn:
        made = await announcements.announce(
            conn,
            options.text,
            addresses=house.addresses,
            starts_at=_moment(options.starts),
            ends_at=_moment(options.ends),
            all_day=options.all_day,
            publish_at=_moment(options.at),
        )
    return {"id": str(made)}, f"Announcement {made} is {'out' if options.at is None else 'waiting'}."


async def announcement_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """All announcements."""
    async with house.db.read() as conn:
        found = await announcement_views.list_all(conn)
    data = [
        {"id": str(one.id), "text": one.text, "published": one.published_at is not None} for one in found
    ]
    lines = [f"{one.id}  {'' if one.published_at else '(waits) '}{one.text[:70]}" for one in found]
    return data, "\n".join(lines) or "Nothing is announced."


async def announcement_remove(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Take an announcement back."""
    async with house.db.write() as conn:
        await announcements.remove(conn, options.id)
    return {"removed": str(options.id)}, "It is gone."
