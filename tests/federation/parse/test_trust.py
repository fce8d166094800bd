"""The one rule of trust: who may say what."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.federation.parse import trust
from stoa.federation.parse.actor import parse_actor
from stoa.federation.parse.jsonld import NotUnderstood, ref
from stoa.federation.parse.key import RemoteKey, parse_key
from stoa.federation.parse.quote import RemoteAuthorization, parse_authorization, stamp_holds

CARL = "https://there.example/users/carl"
DORA = "https://there.example/users/dora"
EVIL = "https://evil.example/users/mal"
NOTE = {"id": "https://there.example/notes/1", "type": "Note", "attributedTo": CARL}
ACTOR = {
    "id": CARL, "type": "Person", "preferredUsername": "carl", "inbox": CARL + "/inbox",
    "publicKey": {"id": CARL + "#main-key", "owner": CARL, "publicKeyPem": "PEM"},
}  # fmt: skip


def test_what_is_embedded_counts_where_the_speaker_owns_it() -> None:
    assert trust.own_words(ref(NOTE), CARL) == NOTE
    assert trust.own_words(ref(ACTOR), CARL) == ACTOR


@pytest.mark.parametrize(
    ("document", "speaker"),
    [
        (NOTE, EVIL),  # CVE-2024-23832
        (NOTE, DORA),  # another person of the same server
        ({**NOTE, "attributedTo": EVIL}, EVIL),  # the id is not theirs
        ({**NOTE, "id": "https://evil.example/notes/1"}, EVIL),  # the author is not
        ({**NOTE, "id": "https://evil.example/notes/1"}, CARL),
        (ACTOR, DORA),
        (ACTOR, EVIL),
        ({"id": EVIL, "type": "Person", "actor": CARL, "attributedTo": CARL}, CARL),
        ({**NOTE, "attributedTo": None}, CARL),
        ({"type": "Note", "attributedTo": CARL}, CARL),
        (NOTE["id"], CARL),
    ],
)
def test_what_is_embedded_of_others_is_only_a_hint(document: Any, speaker: str) -> None:
    assert trust.own_words(ref(document), speaker) is None


def test_a_document_is_believed_at_its_own_address_only() -> None:
    assert trust.address_to_ask(NOTE, "https://there.example/notes/1") is None
    assert trust.address_to_ask(ACTOR, CARL + "#main-key") is None
    # Reached by a redirect, by its page's address, or put there by somebody (GHSA-jhrq-qvrm-qr36).
    for elsewhere in ("https://there.example/@carl/1", "https://evil.example/notes/1"):
        assert trust.address_to_ask(NOTE, elsewhere) == NOTE["id"]


@pytest.mark.parametrize(
    "document",
    [{}, {"id": "tag:x"}, {"id": "https://there.example/x", "type": "Note", "attributedTo": EVIL}],
)
def test_a_document_of_nobody_or_of_another_server_is_refused(document: Any) -> None:
    with pytest.raises(NotUnderstood):
        trust.address_to_ask(document, "https://there.example/x")


def test_the_owner_is_of_the_server_of_the_id() -> None:
    assert trust.require_owned(NOTE) == CARL
    assert trust.require_owned(ACTOR) == CARL
    assert trust.require_owned({"id": "https://there.example/a", "type": "Like", "actor": CARL}) == CARL
    with pytest.raises(NotUnderstood):
        trust.require_owned({**NOTE, "attributedTo": EVIL})


def test_a_key_belongs_to_the_actor_who_says_so() -> None:
    carl = parse_actor(ACTOR)
    key = parse_key(ACTOR)
    assert trust.key_belongs(key, carl)
    assert not trust.key_belongs(RemoteKey(key.id, key.owner, pem="OTHER"), carl)
    assert not trust.key_belongs(RemoteKey("https://evil.example/key", CARL, pem="PEM"), carl)
    assert not trust.key_belongs(RemoteKey(key.id, EVIL, pem="PEM"), carl)


def test_keys_of_others_in_an_actor_are_left_out() -> None:
    """GHSA-q9f8-5hc7-898f: an owner that is only claimed proves nothing."""
    foreign = {"id": "https://evil.example/key", "owner": CARL, "publicKeyPem": "PEM"}
    owned = {"id": CARL + "#two", "owner": EVIL, "publicKeyPem": "PEM"}
    many = [{"id": f"{CARL}#{number}", "owner": CARL, "publicKeyPem": "PEM"} for number in range(30)]
    assert parse_actor({**ACTOR, "publicKey": [foreign, owned]}).keys == ()
    assert len(parse_actor({**ACTOR, "publicKey": many}).keys) == 10


def test_a_stamp_holds_for_its_pair_alone() -> None:
    """CVE-2026-33869, CVE-2026-47777."""
    quoting, quoted = "https://home.example/notes/9", "https://there.example/notes/1"
    stamp = parse_authorization(
        {
            "id": "https://there.example/stamps/1", "type": "QuoteAuthorization", "attributedTo": CARL,
            "interactingObject": quoting, "interactionTarget": quoted,
        }
    )  # fmt: skip
    assert stamp_holds(stamp, quoting=quoting, quoted=quoted, quoted_author=CARL)
    assert not stamp_holds(stamp, quoting=quoting + "0", quoted=quoted, quoted_author=CARL)
    assert not stamp_holds(stamp, quoting=quoting, quoted=quoted + "0", quoted_author=CARL)
    assert not stamp_holds(stamp, quoting=quoting, quoted=quoted, quoted_author=DORA)
    for kind in ("ReplyAuthorization", "LikeApproval"):
        other = parse_authorization(
            {
                "id": "https://there.example/stamps/1", "type": kind, "attributedTo": CARL,
                "interactingObject": quoting, "interactionTarget": quoted,
            }
        )  # fmt: skip
        assert not stamp_holds(other, quoting=quoting, quoted=quoted, quoted_author=CARL)


@pytest.mark.parametrize(
    ("stamp_id", "quoted"),
    [
        ("https://evil.example/stamps/1", "https://there.example/notes/1"),
        ("https://there.example/stamps/1", "https://evil.example/notes/1"),
    ],
)
def test_a_stamp_a_post_and_its_author_are_of_one_server(stamp_id: str, quoted: str) -> None:
    quoting = "https://home.example/notes/9"
    stamp = RemoteAuthorization(stamp_id, "QuoteAuthorization", CARL, quoting, quoted)
    assert not stamp_holds(stamp, quoting=quoting, quoted=quoted, quoted_author=CARL)
