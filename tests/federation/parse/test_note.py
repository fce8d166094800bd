"""Posts: titles, warnings, bodies, votes, audiences, limits."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.federation.parse import note
from stoa.federation.parse.jsonld import PUBLIC, NotUnderstood
from stoa.federation.parse.note import RemoteNote, parse_note

CARL = "https://there.example/users/carl"
FOLLOWERS = CARL + "/followers"
ID = "https://there.example/notes/1"


def read(**properties: Any) -> RemoteNote:
    return parse_note({"id": ID, "type": "Note", "attributedTo": CARL, **properties})


@pytest.mark.parametrize(
    ("to", "cc", "expected"),
    [
        ([PUBLIC], [FOLLOWERS], "public"),
        ("as:Public", None, "public"),
        ([FOLLOWERS], ["Public"], "unlisted"),
        (FOLLOWERS, [], "private"),
        ([], [FOLLOWERS], "private"),
        (["https://home.example/users/alice"], [], "direct"),
        ([], [], "direct"),
        (["https://there.example/users/dora/followers"], [], "direct"),
        ([PUBLIC[:-1]], [], "direct"),
        ([{"id": PUBLIC}], [], "public"),
    ],
)
def test_the_audience_decides_who_sees_it(to: Any, cc: Any, expected: str) -> None:
    assert read(content="x", to=to, cc=cc).visibility(FOLLOWERS) == expected


def test_an_unknown_followers_collection_widens_nothing() -> None:
    assert read(content="x", to=[FOLLOWERS]).visibility(None) == "direct"


def test_hidden_recipients_say_nothing_of_who_else_sees_it() -> None:
    found = read(content="x", bto=[PUBLIC, CARL], bcc=[PUBLIC, FOLLOWERS], audience=[PUBLIC])
    assert found.visibility(FOLLOWERS) == "direct"
    assert found.addressed == ()
    assert found.unseen == (CARL, FOLLOWERS)


def test_the_audience_of_the_activity_counts_where_the_post_names_none() -> None:
    around = {"to": PUBLIC, "cc": FOLLOWERS}
    bare = {"id": ID, "type": "Note", "attributedTo": CARL, "content": "x"}
    assert parse_note(bare, around=around).visibility(FOLLOWERS) == "public"
    assert parse_note({**bare, "to": FOLLOWERS}, around=around).visibility(FOLLOWERS) == "private"


@pytest.mark.parametrize("kind", sorted(note.POST_TYPES))
def test_every_kind_of_post_is_taken(kind: str) -> None:
    assert read(type=kind, content="x").type == kind


@pytest.mark.parametrize("kind", ["Tombstone", "Story", "Person", "Create", None, 7, []])
def test_what_is_no_post_is_refused(kind: Any) -> None:
    with pytest.raises(NotUnderstood):
        read(type=kind, content="x")


@pytest.mark.parametrize(
    "properties", [{"id": None}, {"id": "tag:x"}, {"attributedTo": None}, {"attributedTo": []}]
)
def test_a_post_without_id_or_author_is_refused(properties: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        read(content="x", **properties)


def test_a_hundred_thousand_characters_are_kept() -> None:
    assert len(read(content="ä" * 100_000).content) == 100_000


def test_an_article_without_a_body_is_its_summary() -> None:
    found = read(type="Article", name="T", summary="<p>S</p>")
    assert (found.title, found.content, found.spoiler) == ("T", "<p>S</p>", "")


def test_an_article_without_words_is_its_link() -> None:
    found = read(type="Page", name="T", url="https://there.example/?a=1&b=2")
    assert found.content == (
        '<p><a href="https://there.example/?a=1&amp;b=2">https://there.example/?a=1&amp;b=2</a></p>'
    )


def test_a_summary_warns_only_of_notes_and_of_what_is_sensitive() -> None:
    assert read(content="x", summary="Mud").spoiler == "Mud"
    assert read(content="x", summary="<p>Mud &amp; rain</p>").spoiler == "Mud & rain"
    assert read(type="Article", content="x", summary="Mud").spoiler == ""
    assert read(type="Article", content="x", summary="Mud", sensitive=True).spoiler == "Mud"
    teaser = {"type": "Note", "content": "Mud"}
    assert read(type="Article", content="x", summary="Mud", sensitive=True, preview=teaser).spoiler == ""


def test_text_and_markdown_become_html() -> None:
    assert (
        read(content="a <b>\nc\n\nd", mediaType="text/plain").content == "<p>a &lt;b&gt;<br>c</p><p>d</p>"
    )
    assert "<em>b</em>" in read(content="a *b*", mediaType="text/markdown").content


def test_a_note_of_nothing_but_a_name_is_a_vote_if_it_answers() -> None:
    assert read(name="Tea", inReplyTo="https://home.example/polls/1").vote == "Tea"
    assert read(name=" Tea ", inReplyTo=["https://home.example/polls/1"], content="").vote == " Tea "
    for post in (
        read(name="Tea"),
        read(name="Tea", inReplyTo=ID, content="x"),
        read(type="Page", name="Tea", inReplyTo=ID),
        read(name="Tea", inReplyTo=ID, attachment={"type": "Image", "url": "https://a.example/1.png"}),
    ):
        assert post.vote is None


def test_a_name_without_a_body_is_the_body() -> None:
    assert read(name="<Tea>").content == "<p>&lt;Tea&gt;</p>"


def test_an_edit_is_later_than_the_post() -> None:
    published = "2026-11-22T12:00:00Z"
    assert read(published=published, updated="2026-11-22T12:00:01Z").updated is None
    assert read(published=published, updated="2026-11-22T11:00:00Z").updated is None
    assert read(published=published, updated="2026-11-22T12:00:02Z").updated is not None


def test_a_person_is_the_author_before_a_group() -> None:
    found = read(
        attributedTo=[{"type": "Group", "id": "https://there.example/c"}, {"type": "Person", "id": CARL}]
    )
    assert found.author == CARL
    assert found.attributed_to == ("https://there.example/c", CARL)


def test_no_more_people_tags_and_emoji_are_read_than_allowed() -> None:
    kinds = [
        *({"type": "Mention", "href": f"https://a.example/{n}"} for n in range(300)),
        *({"type": "Hashtag", "name": f"#t{n}"} for n in range(300)),
        *(
            {"type": "Emoji", "name": f":e{n}:", "icon": {"url": "https://a.example/e.png"}}
            for n in range(300)
        ),
    ]
    found = read(content="x", tag=kinds)
    assert (len(found.mentions), len(found.hashtags), len(found.emojis)) == (100, 100, 100)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ({"name": "#Trees"}, ("Trees",)),
        ({"name": "trees"}, ("trees",)),
        ({"name": "＃木"}, ("木",)),
        ({"href": "https://a.example/tags/%C3%A9t%C3%A9/"}, ("été",)),
        ({"name": "two words"}, ()),
        ({"name": "<b>"}, ()),
        ({"name": ""}, ()),
    ],
)
def test_hashtags_are_read_without_their_sign(tag: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert read(content="x", tag={"type": "Hashtag", **tag}).hashtags == expected


def test_at_most_five_hundred_options_are_kept() -> None:
    options = [{"type": "Note", "name": f"{n}"} for n in range(900)]
    poll = read(type="Question", oneOf=options).poll
    assert poll is not None
    assert len(poll.options) == 500


def test_a_question_without_options_is_a_post() -> None:
    assert read(type="Question", content="x", oneOf=[]).poll is None
    assert read(type="Note", content="x", oneOf=[{"name": "a"}]).poll is None


@pytest.mark.parametrize(
    ("closing", "ends"),
    [
        ({"endTime": "2026-11-22T12:00:00Z"}, 1_795_348_800_000),
        ({"endTime": "2026-11-23T12:00:00Z", "closed": "2026-11-22T12:00:00Z"}, 1_795_348_800_000),
        ({"closed": True, "updated": "2026-11-22T12:00:00Z"}, 1_795_348_800_000),
        (
            {"endTime": "2026-11-23T12:00:00Z", "closed": True, "updated": "2026-11-22T12:00:00Z"},
            1_795_348_800_000,
        ),
        (
            {"endTime": "2026-11-22T12:00:00Z", "closed": True, "updated": "2026-11-23T12:00:00Z"},
            1_795_348_800_000,
        ),
        ({"closed": "true", "published": "2026-11-22T12:00:00Z"}, 1_795_348_800_000),
        ({"closed": False}, None),
        ({}, None),
    ],
)
def test_a_poll_ends_when_its_server_says(closing: dict[str, Any], ends: int | None) -> None:
    poll = read(type="Question", oneOf=[{"name": "a"}], **closing).poll
    assert poll is not None
    assert poll.expires_at == ends


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, "nobody"),
        ({}, "nobody"),
        ({"canQuote": {"automaticApproval": PUBLIC}}, "public"),
        ({"canQuote": {"manualApproval": ["as:Public"]}}, "public"),
        ({"canQuote": {"always": [FOLLOWERS]}}, "followers"),
        ({"canQuote": {"approvalRequired": FOLLOWERS}}, "followers"),
        ({"canQuote": {"automaticApproval": [CARL]}}, "nobody"),
        ({"canQuote": {"automaticApproval": []}}, "nobody"),
    ],
)
def test_quoting_is_offered_to_whom_the_policy_names(policy: Any, expected: str) -> None:
    assert read(content="x", interactionPolicy=policy).quote_policy(FOLLOWERS) == expected
