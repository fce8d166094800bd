"""What each document of others does here, once, three times over, and in any order.

`effects.json` lists for each document what is there afterwards that was not before (+) or is not any
more (-).
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import orjson
import pytest

from stoa import ids
from stoa.federation.door import Door
from tests.federation.effects import DOCUMENTS, Village, documents_of, folders
from tests.federation.elsewhere import Document, Elsewhere
from tests.make import Make

EXPECTED: dict[str, list[str]] = orjson.loads((Path(__file__).parent / "effects.json").read_bytes())
WRITTEN = 1_795_369_352_000
# What is done to a post, in distinction from a post.
PASSING = frozenset({"Announce", "Undo", "Delete", "Like", "Add", "EmojiReact", "Accept"})
NAMES = [f"{folder.name}/{name}" for folder in folders() for name in documents_of(folder)]


# Before and after these it is not the same, and should not be.
ENDINGS = frozenset({"delete-actor", "block", "move", "quote-request"})


def together(documents: dict[str, Document]) -> list[str]:
    """The names of documents that can come together: of several versions of one post the first."""
    seen: set[object] = set()
    names = []
    for name, document in documents.items():
        kind, about = _about(document)
        if name in ENDINGS or (about in seen and kind not in PASSING):
            continue
        seen.add(about)
        names.append(name)
    return names


def _about(document: Document) -> tuple[object, object]:
    """What the innermost activity does, and to what."""
    obj = document.get("object")
    if "actor" not in document or obj is None:
        return document.get("type"), document.get("id")
    if isinstance(obj, dict):
        return _about(obj) if "object" in obj else (document.get("type"), obj.get("id"))
    return document.get("type"), obj if isinstance(obj, str) else None


@pytest.fixture
def settings_given() -> dict[str, str]:
    return {
        "STOA_BASE_URL": "https://home.example",
        "STOA_REGISTRATIONS": "open",
        "STOA_RATE_LIMITS": "off",
    }


@pytest.fixture(autouse=True)
def _the_day_of_the_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is old is left out, and each document says when it was written: a minute ago."""
    started = time.time_ns() // 1_000_000
    monkeypatch.setattr(ids, "now_ms", lambda: WRITTEN + 60_000 + time.time_ns() // 1_000_000 - started)


async def _village(folder: str, door: Door, elsewhere: Elsewhere, make: Make, *, but: str = "") -> Village:
    village = Village(door, elsewhere, make, DOCUMENTS / folder)
    await village.settle(but=but)
    return village


@pytest.mark.parametrize("document", NAMES)
async def test_a_document_has_its_effect_once_however_often_it_comes(
    document: str, door: Door, elsewhere: Elsewhere, make: Make
) -> None:
    folder, _, name = document.partition("/")
    village = await _village(folder, door, elsewhere, make, but=name)
    before = await village.state()
    await village.deliver(name)
    after = await village.state()
    changed = [*(f"+ {one}" for one in after - before), *(f"- {one}" for one in before - after)]
    assert sorted(changed) == EXPECTED[document]
    for _ in range(2):
        await village.deliver(name)
    assert await village.state() == after


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("folder", [one.name for one in folders()])
async def test_the_documents_of_a_program_end_the_same_in_any_order(
    folder: str, seed: int, door: Door, elsewhere: Elsewhere, make: Make, tmp_path: Path
) -> None:
    village = await _village(folder, door, elsewhere, make)
    names = together(village.documents) * 3
    random.Random(seed).shuffle(names)
    for name in names:
        await village.deliver(name)
    assert sorted(await village.state()) == EXPECTED[f"{folder}/*"]


def test_every_document_has_an_effect_that_is_expected() -> None:
    together = [f"{one.name}/*" for one in folders()]
    assert sorted(EXPECTED) == sorted([*NAMES, *together])
