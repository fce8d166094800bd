"""Admin::Measure, Admin::Dimension and Admin::Cohort."""

from __future__ import annotations

from typing import Any

from stoa.core.moderation.dimensions import Part
from stoa.core.moderation.measures import Measured
from stoa.core.moderation.retention import Cohort
from stoa.core.moderation.spans import as_date
from stoa.text import language_names

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_PROGRAMS = {
    "stoa": "Stoa", "python": "Python", "sqlite": "SQLite", "postgresql": "PostgreSQL",
    "media": "Media",
}  # fmt: skip


def measure(key: str, measured: Measured) -> dict[str, Any]:
    """Admin::Measure."""
    in_bytes = key == "instance_media_attachments"
    made: dict[str, Any] = {
        "key": key,
        "unit": "bytes" if in_bytes else None,
        "total": str(measured.total),
        "data": [{"date": _moment(day), "value": str(value)} for day, value in measured.by_day],
    }
    if in_bytes:
        made["human_value"] = readable(measured.total)
    if measured.previous is not None:
        made["previous_total"] = str(measured.previous)
    return made


def dimension(key: str, parts: list[Part], here: str) -> dict[str, Any]:
    """Admin::Dimension; *here* is the name of this server."""
    return {"key": key, "data": [_part(key, part, here) for part in parts]}


def _part(dimension: str, part: Part, here: str) -> dict[str, Any]:
    if dimension == "space_usage":
        return {
            "key": part.key, "human_key": _PROGRAMS[part.key], "value": part.value, "unit": "bytes",
            "human_value": readable(int(part.value)),
        }  # fmt: skip
    if dimension == "software_versions":
        return {
            "key": part.key, "human_key": _PROGRAMS[part.key], "value": part.value,
            "human_value": part.value,
        }  # fmt: skip
    name, human = part.key, part.key
    if dimension in ("servers", "tag_servers"):
        name = human = part.key or here
    elif dimension == "sources":
        human = "Website" if part.key == "web" else part.key
    elif dimension.endswith("languages"):
        human = language_names.name(part.key) or part.key
        if part.key == "und":
            human = "Unknown"
    return {"key": name, "human_key": human, "value": part.value}


def cohort(made: Cohort, frequency: str) -> dict[str, Any]:
    """Admin::Cohort."""
    return {
        "period": _moment(made.day),
        "frequency": frequency,
        "data": [
            {"date": _moment(kept.day), "rate": kept.rate, "value": str(kept.value)} for kept in made.kept
        ],
    }


def readable(size: int) -> str:
    """*size* in bytes as people say it: `3.4 MB`."""
    amount = float(size)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            return f"{size} bytes" if unit == "bytes" else f"{amount:.3g} {unit}"
        amount /= 1000
    raise AssertionError


def _moment(day: int) -> str:
    return f"{as_date(day).isoformat()}T00:00:00.000Z"
