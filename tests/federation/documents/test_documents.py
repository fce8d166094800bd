"""What other programs send, and what we understand of it.

Each document lies beside what is expected of it: the parser, the values it gives, or the reason for
which it is refused.  A bug that comes from outside arrives here with its document.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from stoa.federation.parse import jsonld
from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.actor import parse_actor
from stoa.federation.parse.collection import parse_collection
from stoa.federation.parse.featured import parse_collection as parse_featured
from stoa.federation.parse.featured import parse_stamp
from stoa.federation.parse.jsonld import NotUnderstood
from stoa.federation.parse.key import parse_key
from stoa.federation.parse.note import RemoteNote, parse_note
from stoa.federation.parse.quote import parse_authorization
from stoa.federation.parse.webfinger import parse_jrd

HERE = Path(__file__).parent
DOCUMENTS = sorted(path for path in HERE.rglob("*.json") if not path.name.endswith(".expected.json"))
PARSERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "activity": parse_activity,
    "actor": parse_actor,
    "authorization": parse_authorization,
    "collection": parse_collection,
    "feature stamp": parse_stamp,
    "featured": parse_featured,
    "key": parse_key,
    "note": parse_note,
    "webfinger": parse_jrd,
}
PROGRAMS = [
    "akkoma", "discourse", "friendica", "ghost", "gotosocial", "hubzilla", "lemmy", "mastodon", "misskey",
    "mitra", "nodebb", "peertube", "pixelfed", "pleroma", "snac", "threads", "wordpress",
]  # fmt: skip


def _value(found: Any, path: str) -> Any:
    """What is at `object.id`; `kind` is the class, `items.ids` the ids of all
    items, `items.count` how many there are."""
    for name in path.split("."):
        if name == "kind":
            found = type(found).__name__
        elif name == "kind_of":
            found = found.kind
        elif name == "count":
            found = len(found)
        elif name == "ids":
            found = [one.id for one in found]
        else:
            found = getattr(found, name)
    return orjson.loads(msgspec.json.encode(found))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_document_is_understood_as_expected(path: Path) -> None:
    expected = orjson.loads(path.with_suffix(".expected.json").read_bytes())
    parse = PARSERS[expected.pop("parser")]
    reason = expected.pop("refused", None)
    if reason is not None:
        with pytest.raises(NotUnderstood, match=reason):
            parse(jsonld.load(path.read_bytes()))
        return
    found = parse(jsonld.load(path.read_bytes()))
    gives = expected.pop("gives")
    assert {name: _value(found, name) for name in gives} == gives
    followers = expected.pop("followers", None)
    if isinstance(found, RemoteNote):
        said = {"visibility": found.visibility(followers), "quote_policy": found.quote_policy(followers)}
        assert {name: said[name] for name in expected} == expected
    else:
        assert expected == {}


@pytest.mark.parametrize("program", PROGRAMS)
def test_there_are_documents_of_every_program_we_speak_with(program: str) -> None:
    assert any(path.parent.name.startswith(f"{program}-") for path in DOCUMENTS)


def test_every_expectation_has_its_document() -> None:
    expected = {path.with_suffix("").with_suffix(".json") for path in HERE.rglob("*.expected.json")}
    assert expected == set(DOCUMENTS)
