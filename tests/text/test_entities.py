"""What is a mention, a hashtag, an address, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.text import find_emoji_shortcodes, find_hashtags, find_mentions, normalise_hashtag
from stoa.text.entities import link, trimmed


def mentions(source: str) -> list[str]:
    return find_mentions(source, "text/plain")


def hashtags(source: str) -> list[str]:
    return find_hashtags(source, "text/plain")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("@alice", ["alice"]),
        ("hello @alice, @bob.", ["alice", "bob"]),
        ("(@alice)", ["alice"]),
        ("@Alice@There.Example", ["Alice@there.example"]),
        ("@alice @alice @ALICE", ["alice", "ALICE"]),
        ("@carl@there.example.", ["carl@there.example"]),
        ("@a_b.c-d@x.example", ["a_b.c-d@x.example"]),
        ("@carl@bücher.example", ["carl@bücher.example"]),
        ("@carl@пример.example", ["carl@пример.example"]),
        ("@carl@there.exampleさん", ["carl@there.example"]),
        ("@aliceさん", ["alice"]),
        ("@carl@127.0.0.1:8081", ["carl@127.0.0.1:8081"]),
        ("@carl@localhost:8081!", ["carl@localhost:8081"]),
        ("@_x_", ["_x_"]),
    ],
)
def test_a_mention_is_found(source: str, found: list[str]) -> None:
    assert mentions(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "@a@localhost",
        "@a@localhost:800000",
        "@a@.x",
        "@a@-x",
        "@a@-x.example",
        "@a@x",
        "@a@",
        "@",
        "@.",
        "a@b.example",
        "/@alice",
        "=@a",
    ],
)
def test_what_only_looks_like_a_mention_is_none(source: str) -> None:
    """A domain that begins with a dot or a hyphen passed as one elsewhere (Mastodon before 4.3)."""
    assert mentions(source) == []


def test_an_address_holds_no_mention_and_no_hashtag() -> None:
    source = "https://there.example/@carl#news and https://there.example/#top"
    assert mentions(source) == []
    assert hashtags(source) == []


@pytest.mark.parametrize(
    "tag",
    [
        "cats",
        "日本語",
        "Ελλάδα",
        "עברית",
        "العربية",
        "हिन्दी",
        "தமிழ்",
        "ภาษาไทย",
        "2024review",
        "snake_case",
        "l·l",
        "नेपाली",
        "Übermut",
    ],
)
def test_a_hashtag_is_found_in_every_script(tag: str) -> None:
    assert hashtags(f"about #{tag}, and so on") == [tag]
    assert hashtags(f"＃{tag}") == [tag]


@pytest.mark.parametrize("source", ["#", "#1", "#2024", "#_", "a#b", "/#b", "&#39;", "##", "# a", "#-"])
def test_what_only_looks_like_a_hashtag_is_none(source: str) -> None:
    assert hashtags(source) == []


def test_spellings_of_a_hashtag_are_one() -> None:
    assert hashtags("#Cats #cats #ＣＡＴＳ #dogs") == ["Cats", "dogs"]
    assert normalise_hashtag("#Straße") == normalise_hashtag("STRASSE")
    assert normalise_hashtag("ﬁne") == "fine"


@given(st.text(max_size=40))
def test_normalising_a_hashtag_twice_is_normalising_it_once(name: str) -> None:
    once = normalise_hashtag(name)
    assert normalise_hashtag(once) == once


def test_no_post_names_more_than_a_hundred() -> None:
    many = " ".join(f"@user{number} #tag{number}" for number in range(400))
    assert len(mentions(many)) == 100
    assert len(hashtags(many)) == 100


def test_shortcodes_are_found_once_in_order() -> None:
    source = ":blobcat: :party_parrot::blobcat: a:b: 12:30:45 :x: :blob"
    assert find_emoji_shortcodes(source) == ["blobcat"]
    assert find_emoji_shortcodes("(:a1:) :b2:, :a1:") == ["a1", "b2"]
    assert len(find_emoji_shortcodes(" ".join(f":e{n}x:" for n in range(500)))) == 200


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://x.example/.", "https://x.example/"),
        ("https://x.example/a,", "https://x.example/a"),
        ("https://x.example/a_(b)", "https://x.example/a_(b)"),
        ("https://x.example/a)", "https://x.example/a"),
        ("https://x.example/(a)).", "https://x.example/(a)"),
        ("https://x.example/a?b=c&d!", "https://x.example/a?b=c&d"),
        ("https://x.example/a**", "https://x.example/a"),
    ],
)
def test_the_sentence_around_an_address_is_no_part_of_it(typed: str, address: str) -> None:
    assert trimmed(typed) == address


def test_brackets_are_counted_once_however_many() -> None:
    assert trimmed("https://x.example/" + ")" * 50_000) == "https://x.example/"


def test_a_long_address_is_shortened_after_thirty_characters() -> None:
    assert link("https://x.example/a/very/long/path/that/goes/on") == (
        '<a href="https://x.example/a/very/long/path/that/goes/on" rel="nofollow noopener ugc">'
        '<span class="invisible">https://</span>'
        '<span class="ellipsis">x.example/a/very/long/path/tha</span>'
        '<span class="invisible">t/goes/on</span></a>'
    )


def test_the_host_of_an_address_is_shown_in_full() -> None:
    host = "a-host-with-a-name-of-more-than-thirty-characters.evil.example"
    assert f'<span class="ellipsis">{host}</span>' in link(f"https://{host}/path")
