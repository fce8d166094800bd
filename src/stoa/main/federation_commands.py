"""`stoa federation …`: how other servers are doing, and which of them the house speaks with."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.instances import domains, lists, policy, programs
from stoa.core.instances.domains import Decided, Decision
from stoa.core.instances.policy import Severity
from stoa.core.moderation import domains as moderation
from stoa.federation.overview import Held, Line, overview

Command = Callable[[House, argparse.Namespace], Awaitable[tuple[Any, str]]]

NAMES = {"suspend": "blocked", "silence": "limited", "noop": "noted"}


def add_to(verbs: Any, shared: argparse.ArgumentParser, in_house: Callable[[Command], Any]) -> None:
    """Add the commands to *verbs*, those of `stoa federation`."""
    one = verbs.add_parser("status", parents=[shared], help="what waits to go out and to come in")
    one.set_defaults(act=in_house(status))
    for verb, help_, act in (
        ("block", "take nothing from a server and send nothing there", block),
        ("limit", "show those on a server to their followers alone", limit),
    ):
        one = verbs.add_parser(verb, parents=[shared], help=help_)
        one.add_argument("domain")
        one.add_argument("--reason", default="", metavar="TEXT", help="shown to everybody")
        one.add_argument("--note", default="", metavar="TEXT", help="for administrators alone")
        one.add_argument("--reject-media", action="store_true", help="keep none of its files")
        one.add_argument("--reject-reports", action="store_true", help="take no reports from it")
        one.add_argument("--obfuscate", action="store_true", help="show half its name in public")
        if verb == "limit":
            one.add_argument("--only", action="store_true", help="only what the other flags say")
        one.set_defaults(act=in_house(act))
    one = verbs.add_parser("unblock", parents=[shared], help="undo a block or a limit")
    one.add_argument("domain")
    one.set_defaults(act=in_house(unblock))
    one = verbs.add_parser("allow", parents=[shared], help="add a server to those allowed by name")
    one.add_argument("domain")
    one.add_argument("--remove", action="store_true", help="take it away")
    one.set_defaults(act=in_house(allow))
    one = verbs.add_parser("list", parents=[shared], help="what was decided on other servers")
    one.set_defaults(act=in_house(list_decided))
    one = verbs.add_parser("import", parents=[shared], help="take over a list of blocks (CSV)")
    one.add_argument("file", type=Path)
    one.add_argument("--yes", action="store_true", help="do it; else only what would come of it is shown")
    one.add_argument("--replace", action="store_true", help="also what was decided here before")
    one.add_argument("--allowed", action="store_true", help="it is a list of servers to allow by name")
    one.set_defaults(act=in_house(import_list))
    one = verbs.add_parser("export", parents=[shared], help="print the blocks as a list (CSV)")
    one.add_argument("--allowed", action="store_true", help="those allowed by name instead")
    one.set_defaults(act=in_house(export_list))


async def status(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """What waits to go out and to have its effects, server by server."""
    now = ids.now_ms()
    async with house.db.read(long=True) as conn:
        found = await overview(conn, now)
    data = {
        "federation": house.settings.federation,
        "outgoing": {"waiting": found.waiting, "servers": found.hosts},
        "incoming": {"waiting": found.incoming, "oldest": _time(found.incoming_oldest)},
        "known_servers": found.known,
        "parked_jobs": found.parked,
        "servers": [_line_data(line) for line in found.lines],
        "held_up": [_held_data(one) for one in found.held_up],
        "given_up": [{"server": host, "since": _time(since)} for host, since in found.given_up],
        "programs": [{"program": row.software, "servers": row.servers} for row in found.programs],
        "not_understood": [
            {"kind": row.kind, "times": row.times, "last": _time(row.last_at), "from": row.host}
            for row in found.unknown
        ],
    }
    text = [
        f"Federation is {house.settings.federation}; {_count(found.known, 'server')} known.",
        f"Going out: {_count(found.waiting, 'delivery')} to {_count(found.hosts, 'server')}.",
        f"Coming in: {_count(found.incoming, 'activity')}"
        + (f", the oldest {_ago(found.incoming_oldest, now)} old." if found.incoming_oldest else "."),
    ]
    if found.parked:
        text.append(f"{_count(found.parked, 'job')} failed too often and will not be run again.")
    if found.lines:
        rows = [_row(line, now) for line in found.lines]
        heads = ("server", "runs", "waiting", "oldest", "failed", "next try", "last answer")
        text += ["", _table(heads, rows)]
    if found.held_up:
        held = [_held_row(one, now) for one in found.held_up]
        text += ["", _table(("held up from", "waiting", "oldest", "tried", "next try", "why"), held)]
    if found.given_up:
        rows = [(host, f"{_ago(since, now)} ago") for host, since in found.given_up]
        text += ["", _table(("given up", "since"), rows)]
    if found.programs:
        rows = [(row.software, f"{row.servers:,}") for row in found.programs]
        text += ["", _table(("they run", "servers"), rows)]
    if found.unknown:
        rows = [
            (row.kind, f"{row.times:,}", f"{_ago(row.last_at, now)} ago", row.host) for row in found.unknown
        ]
        text += ["", _table(("came and is of no use here", "times", "last", "from"), rows)]
    return data, "\n".join(text)


async def block(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Nothing is taken from a server and nothing sent there; follows both ways end."""
    async with house.db.write() as conn:
        severed = await moderation.would_sever(conn, [options.domain])
        await moderation.decide(conn, house.settings, _decision(options, "suspend"))
        decided = await _decided(conn, options.domain)
    lost = _severed(severed)
    return _decided_data(decided), f"{decided.domain} is blocked." + (f" {lost} end now." if lost else "")


async def limit(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Those on a server are seen by their followers alone; or only what the flags say."""
    severity: Severity = "noop" if options.only else "silence"
    async with house.db.write() as conn:
        await moderation.decide(conn, house.settings, _decision(options, severity))
        decided = await _decided(conn, options.domain)
    return _decided_data(decided), f"{decided.domain} is {NAMES[severity]}."


async def unblock(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """What was decided on a server holds no longer."""
    name = domains.checked(options.domain)
    async with house.db.write() as conn:
        await moderation.undo(conn, name)
    return {"domain": name}, f"Nothing is decided on {name} any more; follows that ended do not come back."


async def allow(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Add a server to those allowed by name, or take it away."""
    name = domains.checked(options.domain)
    async with house.db.write() as conn:
        if options.remove:
            if not await domains.disallow(conn, name):
                raise NotFound(f"{name} was not among those allowed by name.")
            return {"domain": name, "allowed": False}, f"{name} is no longer allowed by name."
        await domains.allow(conn, name)
    text = f"{name} is allowed by name."
    if house.settings.federation != "allowlist":
        text += " That counts once STOA_FEDERATION is allowlist."
    return {"domain": name, "allowed": True}, text


async def list_decided(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """What was decided on other servers, and which are allowed by name."""
    async with house.db.read() as conn:
        decided = await domains.list_decided(conn)
        allowed = await domains.list_allowed(conn)
        runs = await programs.of(conn, [one.domain for one in decided])
    data = {
        "decided": [_decided_data(one) | {"runs": runs.get(one.domain, "")} for one in decided],
        "allowed": allowed,
    }
    text = []
    if decided:
        rows = [
            (
                one.domain, NAMES[one.severity], _flags(one), runs.get(one.domain, ""),
                one.public_comment, one.private_comment,
            )
            for one in decided
        ]  # fmt: skip
        text.append(_table(("server", "is", "also", "runs", "reason", "note"), rows))
    if allowed:
        text.append("Allowed by name: " + ", ".join(allowed))
    return data, "\n\n".join(text) or "Nothing was decided on any server."


async def import_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Take over a list of decisions; without --yes only say what would come of it."""
    if options.allowed:
        return await _import_allowed(house, options)
    decisions = lists.read(_read(options.file))
    async with house.db.read(long=True) as conn:
        known = {one.domain: one for one in await domains.list_decided(conn)}
        # Names that are there already keep what was decided here, with its private comment.
        new = [one for one in decisions if one.domain not in known]
        if options.replace:
            new += [_noted(one, known[one.domain]) for one in decisions if one.domain in known]
        # Lists go round, and somebody may have put us on one.
        ours = policy.upwards(house.settings.domain)
        new = sorted((one for one in new if one.domain not in ours), key=lambda one: one.domain)
        blocked = [one.domain for one in new if one.severity == "suspend"]
        severed = await moderation.would_sever(conn, blocked)
    lost = _severed(severed)
    data = {
        "new": [_decision_data(one) for one in new],
        "severed": [
            {"server": host, "followers": theirs, "following": ours}
            for host, (theirs, ours) in sorted(severed.items())
        ],
        "done": options.yes,
    }
    text = [f"{_count(len(decisions), 'server')} in the list, {len(new)} of them to be decided on."]
    if new and not options.yes:
        named = [(one.domain, NAMES[one.severity], _flags(one), one.public_comment) for one in new]
        text += [_table(("server", "will be", "also", "reason"), named)]
    if severed:
        rows = [(host, str(theirs), str(ours)) for host, (theirs, ours) in sorted(severed.items())]
        text += [_table(("server", "followers there", "followed there"), rows)]
    if not options.yes:
        text.append(f"{lost or 'No follows'} would end. Nothing is done yet; add --yes to do it.")
        return data, "\n".join(text)
    async with house.db.write() as conn:
        await moderation.decide(conn, house.settings, *new)
    text.append(f"Done. {lost or 'No follows'} end now.")
    return data, "\n".join(text)


async def _import_allowed(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    names = [one.domain for one in lists.read(_read(options.file))]
    async with house.db.read() as conn:
        known = set(await domains.list_allowed(conn))
    new = sorted(set(names) - known)
    data = {"new": new, "done": options.yes}
    text = f"{_count(len(names), 'server')} in the list, {len(new)} of them not allowed by name yet."
    if not options.yes:
        return data, "\n".join([text, *new, "Nothing is done yet; add --yes to do it."])
    async with house.db.write() as conn:
        for name in new:
            await domains.allow(conn, name)
    return data, f"{text}\nDone."


async def export_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """The decisions as a list that others can import."""
    async with house.db.read() as conn:
        if options.allowed:
            allowed = await domains.list_allowed(conn)
            return allowed, lists.written_names(allowed).rstrip("\n")
        decided = await domains.list_decided(conn)
    return [_decided_data(one) for one in decided], lists.written(decided).rstrip("\n")


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > lists.MAX_BYTES:
            raise Unprocessable(f"A list has at most {lists.MAX_BYTES // 1024 // 1024} MiB.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise Unprocessable(f"{path} is not text in UTF-8.") from None


def _decision(options: argparse.Namespace, severity: Severity) -> Decision:
    return Decision(
        domain=options.domain,
        severity=severity,
        reject_media=options.reject_media,
        reject_reports=options.reject_reports,
        obfuscate=options.obfuscate,
        public_comment=options.reason,
        private_comment=options.note,
    )


async def _decided(conn: Any, domain: str) -> Decided:
    name = domains.checked(domain)
    return next(one for one in await domains.list_decided(conn) if one.domain == name)


def _noted(new: Decision, before: Decided) -> Decision:
    """*new* with the private comment of what it replaces: lists have none."""
    return msgspec.structs.replace(new, private_comment=before.private_comment)


def _decided_data(one: Decided) -> dict[str, Any]:
    return {**_decision_data(one), "created_at": ids.iso(one.created_at)}


def _decision_data(one: Decision) -> dict[str, Any]:
    return {
        "domain": one.domain,
        "severity": one.severity,
        "reject_media": one.reject_media,
        "reject_reports": one.reject_reports,
        "obfuscate": one.obfuscate,
        "public_comment": one.public_comment,
        "private_comment": one.private_comment,
    }


def _flags(one: Decision) -> str:
    flags = {
        "no media": one.reject_media,
        "no reports": one.reject_reports,
        "half a name": one.obfuscate,
    }
    return ", ".join(name for name, holds in flags.items() if holds)


def _severed(severed: dict[str, tuple[int, int]]) -> str:
    theirs = sum(one for one, _ in severed.values())
    ours = sum(one for _, one in severed.values())
    if not theirs and not ours:
        return ""
    return f"{_count(theirs, 'follow')} of people here and {_count(ours, 'follow')} by people here"


def _line_data(line: Line) -> dict[str, Any]:
    return {
        "server": line.host,
        "runs": line.runs,
        "waiting": line.waiting,
        "oldest": _time(line.oldest),
        "attempts": line.attempts,
        "failures": line.failures,
        "failed_days": line.failed_days,
        "paused_until": _time(line.paused_until),
        "next_try": _time(line.next_try),
        "error": line.error,
    }


def _held_data(one: Held) -> dict[str, Any]:
    return {
        "server": one.host,
        "waiting": one.waiting,
        "oldest": _time(one.oldest),
        "attempts": one.attempts,
        "next_try": _time(one.next_try),
        "error": one.error,
    }


def _held_row(one: Held, now: int) -> Sequence[str]:
    wait = one.next_try - now
    return (
        one.host, str(one.waiting), _ago(one.oldest, now), f"{one.attempts} x",
        f"in {_span(wait)}" if wait > 0 else "now", one.error[:60],
    )  # fmt: skip


def _row(line: Line, now: int) -> Sequence[str]:
    failed = f"{line.failures} x" + (f", {line.failed_days} days" if line.failed_days > 1 else "")
    wait = (line.next_try or 0) - now
    when = f"in {_span(wait)}" if wait > 0 else "now"
    return (
        line.host, line.runs, str(line.waiting), _ago(line.oldest, now), failed if line.failures else "",
        when + (" (paused)" if line.paused_until else ""), line.error[:60],
    )  # fmt: skip


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _count(number: int, word: str) -> str:
    many = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{number:,} {word if number == 1 else many}"


def _time(at: int | None) -> str | None:
    return None if at is None else ids.iso(at)


def _ago(at: int | None, now: int) -> str:
    return _span(now - (at or now))


def _span(milliseconds: int) -> str:
    seconds = max(0, milliseconds // 1000)
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
