"""What we render we can parse, and it says the same."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.core.accounts.model import Emoji, Field
from stoa.core.statuses.model import MentionView, PollOption, PollView, StatusView
from stoa.federation.parse import jsonld, trust
from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.actor import parse_actor
from stoa.federation.parse.kinds import Create, Vote
from stoa.federation.parse.note import RemoteNote, parse_note
from stoa.federation.render import activity, actor, note
from stoa.federation.render.note import Around, Person, Quoted
from tests.federation import village
from tests.federation.village import DOMAIN, HERE

FOLLOWERS = HERE.followers(village.ALICE)
CARL = MentionView(2, "carl", "there.example", "https://there.example/@carl")
BOB = MentionView(3, "bob", "", HERE.profile("bob"))
PEOPLE = {
    2: Person("https://there.example/users/carl", "carl@there.example"),
    3: Person(village.BOB, "bob@home.example"),
}
BLOB = Emoji("blob", "ee/blob.png", None, None, None, True)
KEYS = actor.Keys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "z6MkAlice")

LETTERS: st.SearchStrategy[str] = st.characters(
    codec="utf-8", exclude_characters="<>&\x00", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn"]
)
words = st.text(LETTERS, min_size=1, max_size=40)
lines = words.map(lambda said: " ".join(said.split())).filter(bool)
times = st.integers(min_value=village.AT, max_value=village.AT + 10**10)


@st.composite
def statuses(draw: st.DrawFn) -> tuple[StatusView, Around]:
    poll = draw(st.booleans())
    quoted = draw(st.booleans())
    options = tuple(
        PollOption(draw(lines), draw(st.integers(0, 10_000))) for _ in range(draw(st.integers(2, 4)))
    )
    status = village.status(
        content=f"<p>{draw(lines)}</p>" + draw(st.sampled_from(["", MATHS, "<ul><li>a</li></ul>"])),
        text=draw(words),
        content_type=draw(st.sampled_from(["text/plain", "text/markdown"])),
        title=draw(st.none() | lines),
        spoiler_text=draw(st.just("") | lines),
        sensitive=draw(st.booleans()),
        visibility=draw(st.sampled_from(["public", "unlisted", "private", "direct"])),
        quote_policy=draw(st.sampled_from(["public", "followers", "nobody"])),
        language=draw(st.sampled_from([None, "en", "pt-BR", "zh-Hant-TW"])),
        media=tuple(
            village.media(key=f"aa/{number}.png", description=draw(st.none() | lines))
            for number in range(draw(st.integers(0, 5)))
        ),
        mentions=draw(st.sampled_from([(), (CARL,), (CARL, BOB)])),
        tags=draw(st.sampled_from([(), ("Zürich", "maths")])),
        emojis=draw(st.sampled_from([(), (BLOB,)])),
        poll_id=9 if poll else None,
        in_reply_to_id=draw(st.sampled_from([None, 5])),
        quote_of_id=4 if quoted else None,
        edited_at=draw(st.none() | times.map(lambda at: at + 2_000)),
    )
    around = Around(
        people=PEOPLE,
        in_reply_to="https://there.example/notes/5" if status.in_reply_to_id else None,
        context="https://there.example/contexts/5" if status.in_reply_to_id else None,
        quoted=Quoted("https://there.example/notes/4", "https://there.example/@carl/4",
                      draw(st.sampled_from([None, "https://there.example/stamps/1"])))
        if quoted else None,
        poll=PollView(id=9, status_id=7, expires_at=draw(st.none() | times), multiple=draw(st.booleans()),
                      hide_totals=False, votes_count=0, voters_count=3, options=options) if poll else None,
        likes=draw(st.integers(0, 99)),
        shares=draw(st.integers(0, 99)),
        replies=draw(st.sampled_from([None, (), (HERE.note(village.ALICE, 8),)])),
    )  # fmt: skip
    return status, around


MATHS = (
    '<p><math display="inline"><semantics><mi>x</mi>'
    '<annotation encoding="application/x-tex">x</annotation></semantics></math></p>'
)


def read(status: StatusView, around: Around) -> RemoteNote:
    sent = orjson.dumps(activity.create(note.render(status, HERE, around)))
    create = parse_activity(jsonld.load(sent))
    assert isinstance(create, Create)
    document = trust.own_words(create.object, create.actor)
    assert document is not None
    return parse_note(document)


@settings(max_examples=150)
@given(said=statuses())
def test_a_status_is_read_back_as_it_was(said: tuple[StatusView, Around]) -> None:
    status, around = said
    found = read(status, around)
    article = status.title is not None and status.poll_id is None
    assert found.id == status.uri
    assert found.author == status.account.uri
    assert found.url == status.url
    assert found.title == status.title
    assert found.content.endswith(status.content)
    assert (found.content == status.content) == (around.quoted is None)
    # Of an article the summary is a warning only where it is marked as sensitive.
    assert found.spoiler == ("" if article and not status.sensitive else status.spoiler_text)
    assert found.sensitive == status.sensitive
    assert found.language == status.language
    assert found.visibility(FOLLOWERS) == status.visibility
    narrow = status.visibility in ("private", "direct")
    assert found.quote_policy(FOLLOWERS) == ("nobody" if narrow else status.quote_policy)
    assert found.in_reply_to == around.in_reply_to
    assert found.context == (around.context or HERE.context(7))
    assert found.hashtags == status.tags
    assert [one.href for one in found.mentions] == [PEOPLE[one.account_id].actor for one in status.mentions]
    assert {one.href for one in found.mentions} <= set(found.addressed)
    assert [one.shortcode for one in found.emojis] == [one.shortcode for one in status.emojis]
    assert (found.likes, found.shares) == (around.likes, around.shares)
    assert found.published == status.created_at
    assert found.updated == status.edited_at
    assert found.vote is None


@settings(max_examples=50)
@given(said=statuses())
def test_what_hangs_on_a_status_is_read_back(said: tuple[StatusView, Around]) -> None:
    status, around = said
    found = read(status, around)
    assert [(one.url, one.description) for one in found.attachments] == [
        (HERE.media(one.key or ""), one.description) for one in status.media
    ]
    for one in found.attachments:
        assert (one.kind, one.mime, one.focus_x, one.focus_y) == ("image", "image/png", 0.5, -0.25)
        assert one.blurhash == "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
        assert one.meta["original"]["size"] == "640x480"
    if around.quoted is None:
        assert found.quote is None
    else:
        assert found.quote is not None
        assert (found.quote.id, found.quote.authorization) == (
            around.quoted.id, around.quoted.authorization,
        )  # fmt: skip
    if around.poll is None:
        assert found.poll is None
    else:
        assert found.poll is not None
        assert found.poll.options == tuple(one.title for one in around.poll.options)
        assert found.poll.votes == tuple(one.votes_count for one in around.poll.options)
        assert (found.poll.multiple, found.poll.voters) == (around.poll.multiple, 3)
        assert found.poll.expires_at == around.poll.expires_at
    assert found.replies is not None
    assert found.replies.id == HERE.note_part(status.uri, "replies")
    assert [one.id for one in found.replies.items] == list(around.replies or ())


@pytest.mark.parametrize("spelling", ["quote", "_misskey_quote", "quoteUrl", "quoteUri", "tag"])
def test_each_spelling_of_a_quote_is_enough(spelling: str) -> None:
    around = Around(quoted=Quoted("https://there.example/notes/4", "https://there.example/@carl/4"))
    document = note.render(village.status(quote_of_id=4), HERE, around)
    for name in ("quote", "_misskey_quote", "quoteUrl", "quoteUri", "tag"):
        if name != spelling:
            del document[name]
    found = parse_note(document)
    assert found.quote is not None
    assert found.quote.id == "https://there.example/notes/4"


@given(name=lines, locked=st.booleans(), pairs=st.lists(st.tuples(lines, lines), max_size=4))
def test_an_actor_is_read_back_as_it_was(name: str, locked: bool, pairs: list[tuple[str, str]]) -> None:
    alice = village.account(
        display_name=name, note_html="<p>Writes.</p>", locked=locked, emojis=(BLOB,),
        fields=tuple(Field(label, value, f"<a href='https://a'>{value}</a>") for label, value in pairs),
        avatar_key="aa/face.webp", avatar_description="A face.", header_key="aa/sea.jpg",
        attribution_domains=("paper.example",),
    )  # fmt: skip
    sent = orjson.dumps(
        actor.render(
            alice, HERE, DOMAIN, KEYS, also_known_as=["https://old.example/alice"],
            moved_to="https://new.example/alice", featured_tags=["maths"], updated=village.AT,
        )
    )  # fmt: skip
    found = parse_actor(jsonld.load(sent))
    assert (found.id, found.type, found.username, found.host) == (alice.uri, "Person", "alice", DOMAIN)
    assert (found.handle, found.url) == ("alice@home.example", alice.url)
    assert (found.inbox, found.shared_inbox) == (HERE.inbox(village.ALICE), HERE.shared_inbox)
    assert (found.outbox, found.followers) == (HERE.outbox(village.ALICE), FOLLOWERS)
    assert found.following == HERE.following(village.ALICE)
    assert found.featured == HERE.featured(village.ALICE)
    assert found.featured_tags == HERE.featured_tags(village.ALICE)
    assert [(key.id, key.pem, key.multibase) for key in found.keys] == [
        (HERE.key(alice.uri), KEYS.pem, ""),
        (HERE.key(alice.uri, "ed25519"), "", "z6MkAlice"),
    ]
    assert (found.name, found.summary) == (name, "<p>Writes.</p>")
    assert found.icon is not None
    assert found.header is not None
    assert (found.icon.url, found.icon.description) == (HERE.media("aa/face.webp"), "A face.")
    assert [(one.name, one.value) for one in found.fields] == [(one.name, one.html) for one in alice.fields]
    assert found.also_known_as == ("https://old.example/alice",)
    assert found.moved_to == "https://new.example/alice"
    assert found.attribution_domains == ("paper.example",)
    assert (found.locked, found.discoverable, found.indexable) == (locked, True, True)
    assert [one.shortcode for one in found.emojis] == ["blob"]
    assert found.hashtags == ("maths",)
    assert found.updated == village.AT


def test_a_vote_is_read_back_as_a_vote() -> None:
    sent = activity.vote(
        f"{village.ALICE}#votes/1", village.ALICE, "https://there.example/polls/1",
        "https://there.example/users/carl", "Tea",
    )  # fmt: skip
    found = parse_activity(sent)
    assert isinstance(found, Vote)
    assert (found.poll, found.name) == ("https://there.example/polls/1", "Tea")
