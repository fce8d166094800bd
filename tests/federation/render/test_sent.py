"""Everything we send: its context covers it, its audience is right, and it can be read."""

from __future__ import annotations

import html
from typing import Any

import orjson
import pytest

from stoa.core.accounts.model import Emoji, Field
from stoa.core.statuses.model import MentionView, PollOption, PollView
from stoa.federation.parse import jsonld, trust
from stoa.federation.parse.activity import parse_activity
from stoa.federation.render import activity, actor, note
from stoa.federation.render.context import PUBLIC, TERMS
from stoa.federation.render.note import Around, Person, Quoted
from tests.federation import village
from tests.federation.village import DOMAIN, HERE

CARL = MentionView(2, "carl", "there.example", "https://there.example/@carl")
PEOPLE = {2: Person("https://there.example/users/carl", "carl@there.example")}
BLOB = Emoji("blob", "ee/blob.png", None, None, None, True)
KEYS = actor.Keys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "z6MkAlice")
FOLLOWERS = HERE.followers(village.ALICE)

# Of ActivityStreams 2.0 and of the security contexts that ours name by their address.
STANDARD = frozenset(
    str.split(
        "Accept Add Announce Application Article Block Collection CollectionPage Create Delete Document"
        " Flag Follow Image Like Link Mention Move Note OrderedCollection Person Question Reject Remove"
        " Tombstone Undo Update"
        " Multikey assertionMethod controller owner publicKey publicKeyMultibase publicKeyPem"
        " actor anyOf attachment attributedTo audience cc closed content contentMap context duration"
        " endTime endpoints first followers following formerType height href icon id image inReplyTo inbox"
        " instrument items likes mediaType name next object oneOf outbox partOf preferredUsername preview"
        " published rel replies result sharedInbox shares source summary tag target to totalItems type"
        " updated url width"
    )
)


def _documents() -> list[dict[str, Any]]:
    around = Around(
        people=PEOPLE, leave="https://there.example/s/2", group="https://forum.example/c/maths", likes=1,
        shares=1, replies=[],
        quoted=Quoted("https://there.example/notes/4", "https://there.example/@carl/4", "https://there.example/s/1"),
    )  # fmt: skip
    poll = PollView(
        id=9, status_id=7, expires_at=village.AT, multiple=True, hide_totals=False, votes_count=0,
        voters_count=0, options=(PollOption("Tea", 1), PollOption("Coffee", 2)),
    )  # fmt: skip
    everything = {
        "media": (village.media(), village.media(kind="video", mime="video/mp4", key="v.mp4", meta={
            "original": {"width": 1, "height": 1, "duration": 1.5}})),
        "mentions": (CARL,), "tags": ("maths",), "emojis": (BLOB,), "edited_at": village.AT + 5_000,
        "visibility": "private",
    }  # fmt: skip
    alice, there = village.ALICE, "https://there.example/users/carl"
    article = note.render(village.status(title="On trees", **everything), HERE, around)
    question = note.render(village.status(poll_id=9, **everything), HERE, Around(people=PEOPLE, poll=poll))
    follow = activity.follow(HERE.deed(alice, "follows", 1), alice, there)
    actor_document = actor.render(
        village.account(avatar_key="a.png", header_key="b.png", emojis=(BLOB,),
            fields=(Field("a", "b", "c"),)),
        HERE, DOMAIN, KEYS, moved_to=there, updated=1, featured_tags=["maths"],
    )  # fmt: skip
    return [
        activity.create(article), activity.update(question, 1), activity.delete(alice, article["id"]),
        activity.delete_actor(alice), activity.update_actor(actor_document, 1), actor_document,
        actor.render_instance(HERE, DOMAIN, "Home", KEYS), follow, activity.undo(follow),
        activity.accept(f"{alice}#accepts/1", alice, follow, result=f"{alice}/stamps/1"),
        activity.reject(f"{alice}#rejects/1", alice, follow),
        activity.like(f"{alice}#likes/1", alice, there + "/1", there),
        activity.block(f"{alice}#blocks/1", alice, there),
        activity.flag(f"{HERE.instance_actor}#reports/1", HERE.instance_actor, [there], "Spam."),
        activity.move(f"{alice}#moves/1", alice, there, FOLLOWERS),
        activity.add(f"{alice}#adds/1", alice, article["id"], HERE.featured(alice), FOLLOWERS),
        activity.remove(f"{alice}#removes/1", alice, article["id"], HERE.featured(alice), FOLLOWERS),
        activity.quote_request(f"{alice}#quotes/1", article, there + "/1", there),
        activity.authorization(f"{alice}/stamps/1", alice,
            interacting=there + "/1", target=article["id"]),
        activity.delete_authorization(f"{alice}/stamps/1", alice),
        activity.vote(f"{alice}#votes/1", alice, there + "/1", there, "Tea"),
        activity.announce(village.status(), there + "/1", there, HERE),
        activity.pass_on(f"{alice}#announces/1", alice, follow, to=[PUBLIC], cc=[FOLLOWERS]),
        activity.lock(f"{alice}#locks/1", alice, article["id"]),
        activity.reply_request(f"{alice}#reply_requests/7", article, there + "/1", there),
    ]  # fmt: skip


def test_all_that_we_send_can_be_read() -> None:
    for document in _documents():
        plain = jsonld.load(orjson.dumps(document))
        jsonld.require_context(plain)
        if "actor" in plain:
            parse_activity(plain)
        assert trust.require_owned(plain)


def _names(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_names(item) for item in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = {key for key in value if key != "@context"}
    if isinstance(value.get("type"), str):
        found.add(value["type"])
    for key, item in value.items():
        # The keys of a language map are languages.
        if key not in ("@context", "contentMap", "nameMap", "summaryMap"):
            found |= _names(item)
    return found


@pytest.mark.parametrize("document", _documents(), ids=lambda document: document["id"])
def test_every_term_is_defined_in_its_context(document: dict[str, Any]) -> None:
    """CVE-2026-50128: what the context does not define, a signature over it does not cover."""
    own = next(part for part in document["@context"] if isinstance(part, dict))
    assert _names(document) - STANDARD - own.keys() == set()
    assert own.keys() <= TERMS
    for definition in own.values():
        term = definition["@id"] if isinstance(definition, dict) else definition
        prefix = term.partition(":")[0]
        assert prefix in own or prefix in ("http", "https", "as")


@pytest.mark.parametrize(
    ("visibility", "to", "cc"),
    [
        ("public", [PUBLIC], [FOLLOWERS, "https://there.example/users/carl"]),
        ("unlisted", [FOLLOWERS], [PUBLIC, "https://there.example/users/carl"]),
        ("private", [FOLLOWERS, "https://there.example/users/carl"], []),
        ("direct", ["https://there.example/users/carl"], []),
    ],
)
def test_each_visibility_is_addressed_as_peers_expect(
    visibility: str, to: list[str], cc: list[str]
) -> None:
    status = village.status(visibility=visibility, mentions=(CARL,))
    create = activity.create(note.render(status, HERE, Around(people=PEOPLE)))
    assert (create["to"], create["cc"]) == (to, cc)
    assert (create["object"]["to"], create["object"]["cc"]) == (to, cc)
    assert create["object"].get("directMessage") == {"private": False, "direct": True}.get(visibility)


def test_a_title_makes_an_article_that_short_readers_can_introduce() -> None:
    status = village.status(title="On <trees>", content="<p>" + "Roots & leaves. " * 100 + "</p>")
    document = note.render(status, HERE, Around())
    assert (document["type"], document["name"]) == ("Article", "On <trees>")
    assert document["content"] == status.content
    assert document["summary"].startswith("<p>Roots &amp; leaves.")
    assert len(html.unescape(document["summary"])) <= 500 + len("<p></p>")
    assert document["preview"]["content"] == document["summary"]


def test_a_post_without_a_title_goes_out_whole_as_a_note() -> None:
    status = village.status(content="<p>" + "Long. " * 10_000 + "</p>")
    document = note.render(status, HERE, Around())
    assert (document["type"], document["content"]) == ("Note", status.content)
    assert document["summary"] is None


def test_an_article_with_a_warning_gives_nothing_away() -> None:
    status = village.status(title="Wounds", spoiler_text="Blood", content="<p>Gore.</p>", sensitive=True)
    document = note.render(status, HERE, Around())
    assert document["summary"] == "<p>Blood</p>"
    assert "preview" not in document


def test_formulas_go_out_as_mathml_or_as_tex() -> None:
    formula = (
        '<p><math display="inline"><semantics><msup><mi>x</mi><mn>2</mn></msup>'
        '<annotation encoding="application/x-tex">x^2</annotation></semantics></math></p>'
    )
    status = village.status(content=formula)
    assert note.render(status, HERE, Around())["content"] == formula
    assert note.render(status, HERE, Around(formulas="tex"))["content"] == r"<p>\(x^2\)</p>"


def test_hidden_totals_of_a_poll_are_told_to_nobody() -> None:
    poll = PollView(
        id=9, status_id=7, expires_at=None, multiple=False, hide_totals=True, votes_count=3,
        voters_count=3, options=(PollOption("Tea", 2), PollOption("Coffee", 1)),
    )  # fmt: skip
    document = note.render(village.status(poll_id=9), HERE, Around(poll=poll))
    assert [one["replies"]["totalItems"] for one in document["oneOf"]] == [0, 0]


def test_a_poll_that_is_over_says_so_and_how_it_ended() -> None:
    poll = PollView(
        id=9, status_id=7, expires_at=village.AT, multiple=False, hide_totals=True, votes_count=3,
        voters_count=3, options=(PollOption("Tea", 2), PollOption("Coffee", 1)),
    )  # fmt: skip
    document = note.render(village.status(poll_id=9), HERE, Around(poll=poll, poll_over=True))
    assert [one["replies"]["totalItems"] for one in document["oneOf"]] == [2, 1]
    assert document["closed"] == document["endTime"]


def test_private_posts_can_be_quoted_by_nobody_else() -> None:
    document = note.render(village.status(visibility="private"), HERE, Around())
    assert document["interactionPolicy"]["canQuote"]["automaticApproval"] == [village.ALICE]


def test_a_suspended_account_says_only_that() -> None:
    alice = village.account(
        suspended_at=1, note_html="<p>Secret.</p>", avatar_key="a.png", fields=(Field("a", "b", "c"),)
    )
    document = actor.render(alice, HERE, DOMAIN, KEYS)
    assert document["suspended"] is True
    assert (document["name"], document["summary"], document["attachment"]) == ("", "", [])
    assert "icon" not in document
    assert document["publicKey"]["owner"] == alice.uri


def test_a_boost_keeps_to_its_own_audience() -> None:
    boost = village.status(visibility="private")
    document = activity.announce(boost, "https://there.example/1", "https://there.example/users/carl", HERE)
    assert (document["to"], document["cc"]) == ([FOLLOWERS], ["https://there.example/users/carl"])


def test_an_undo_goes_where_the_activity_went() -> None:
    boost = activity.announce(
        village.status(), "https://there.example/1", "https://there.example/carl", HERE
    )
    undo = activity.undo(boost)
    assert (undo["to"], undo["cc"]) == (boost["to"], boost["cc"])
    assert undo["object"]["id"] == boost["id"]
    assert "@context" not in undo["object"]


@pytest.mark.parametrize("sensitive", [False, True])
def test_an_article_is_headed_by_its_first_picture_unless_that_is_sensitive(sensitive: bool) -> None:
    film = village.media(kind="video", mime="video/mp4", key="v.mp4")
    status = village.status(title="Trees", media=(film, village.media()), sensitive=sensitive)
    document = note.render(status, HERE, Around())
    if sensitive:
        assert "image" not in document
    else:
        assert document["image"]["url"] == HERE.media("aa/harbour.png")
        assert document["image"]["name"] == "A harbour."
    assert [one["mediaType"] for one in document["attachment"]] == ["video/mp4", "image/png"]
