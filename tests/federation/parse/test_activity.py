"""Activities: what makes no sense is refused, what is embedded is read but not believed."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.jsonld import PUBLIC, NotUnderstood
from stoa.federation.parse.kinds import Accept, Announce, Create, Flag, Follow, Like, Undo

CARL = "https://there.example/users/carl"
ALICE = "https://home.example/users/alice"
POST = ALICE + "/statuses/7"


def read(**properties: Any) -> Any:
    return parse_activity({"id": "https://there.example/a/1", "type": "Like", "actor": CARL, **properties})


@pytest.mark.parametrize(
    "properties",
    [
        {"type": None}, {"actor": None}, {"actor": []}, {"actor": "carl"}, {"object": None},
        {"object": {"type": "Note"}}, {"id": "https://evil.example/1"},
        {"type": "EmojiReact", "content": None},
        {"type": "Move", "object": CARL}, {"type": "Move", "object": ALICE, "target": CARL},
        {"type": "Add"}, {"type": "Flag", "object": [], "content": "no address"},
        {"type": "QuoteRequest"}, {"type": "Announce", "object": {}}, {"type": "Undo", "object": []},
        {"type": "Accept", "object": None}, {"type": "Reject", "object": 7},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(properties: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        read(**{"object": POST, **properties})


def test_an_actor_may_be_an_object_or_alone_in_a_list() -> None:
    for actor in (CARL, [CARL], {"id": CARL, "type": "Person"}, [CARL, CARL]):
        assert read(actor=actor, object=POST).actor == CARL


def test_a_like_without_words_is_a_favourite() -> None:
    assert read(object=POST) == Like(
        id="https://there.example/a/1",
        actor=CARL,
        object=read(object=POST).object,
        reaction=None,
        emoji=None,
    )
    assert read(object=POST, content="  ").reaction is None
    assert read(object=POST, content="x" * 1_000).reaction is None
    assert read(object=POST, _misskey_reaction="👍").reaction == "👍"


def test_an_accept_may_embed_a_follow_without_an_id() -> None:
    found = read(type="Accept", object={"type": "Follow", "actor": ALICE, "object": CARL})
    assert isinstance(found, Accept)
    assert isinstance(found.inner, Follow)
    assert (found.object.id, found.inner.actor, found.inner.object.id) == (None, ALICE, CARL)


def test_following_a_relay_is_following_the_public() -> None:
    for public in (PUBLIC, "as:Public"):
        assert read(type="Follow", object=public).object.id == PUBLIC


def test_an_undo_of_something_unreadable_is_known_by_its_id() -> None:
    found = read(type="Undo", object={"id": "https://there.example/a/0", "type": "Like"})
    assert isinstance(found, Undo)
    assert (found.object.id, found.inner) == ("https://there.example/a/0", None)


def test_a_group_may_pass_on_what_others_did() -> None:
    inner = {
        "id": "https://else.example/1",
        "type": "Like",
        "actor": "https://else.example/dora",
        "object": POST,
    }
    found = read(type="Announce", object=inner)
    assert isinstance(found, Announce)
    assert isinstance(found.inner, Like)
    assert found.inner.actor == "https://else.example/dora"
    assert read(type="Announce", object={**inner, "id": "https://evil.example/1"}).inner is None


def test_several_posts_may_be_announced_at_once() -> None:
    found = read(type="Announce", object=[POST, POST + "8", {"id": POST + "9"}])
    assert found.object.id == POST
    assert [one.id for one in found.others] == [POST + "8", POST + "9"]
    assert len(read(type="Announce", object=[f"{POST}{n}" for n in range(900)]).others) == 99


def test_activities_are_not_followed_down_for_ever() -> None:
    document: dict[str, Any] = {"id": CARL + "#0", "type": "Like", "actor": CARL, "object": POST}
    for number in range(1, 40):
        document = {"id": f"{CARL}#{number}", "type": "Announce", "actor": CARL, "object": document}
    found: Any = parse_activity(document)
    depth = 0
    while isinstance(found, Announce):
        found, depth = found.inner, depth + 1
    assert depth == 4


def test_a_report_is_cut_to_what_can_be_read() -> None:
    found = read(type="Flag", object=[f"{POST}{n}" for n in range(900)], content="x" * 9_000)
    assert isinstance(found, Flag)
    assert (len(found.reported), len(found.comment)) == (100, 5_000)


def test_a_question_without_its_create_is_a_create() -> None:
    question = {
        "id": CARL + "/q",
        "type": "Question",
        "attributedTo": CARL,
        "to": PUBLIC,
        "oneOf": [{"name": "a"}],
    }
    found = parse_activity(question)
    assert isinstance(found, Create)
    assert (found.id, found.actor, found.object.id, found.to) == (None, CARL, CARL + "/q", (PUBLIC,))
    with pytest.raises(NotUnderstood):
        parse_activity({**question, "attributedTo": ALICE})


def test_a_create_of_anothers_post_names_it_only() -> None:
    found = read(type="Create", object={"id": POST, "type": "Note", "attributedTo": CARL, "content": "x"})
    assert isinstance(found, Create)
    assert found.object.id == POST


def test_hidden_recipients_are_dropped() -> None:
    found = read(object=POST, to=CARL, bto=PUBLIC, bcc=ALICE)
    assert (found.to, found.cc) == ((CARL,), ())
