"""What an author types, and what readers see."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.text import (
    Mention,
    Rendered,
    find_hashtags,
    find_mentions,
    normalise_hashtag,
    render,
    sanitise,
)
from stoa.text.rendering import MAX_LINKS
from tests.text.test_sanitising import VECTORS, check_harmless

PEOPLE = {
    "alice": Mention("alice", "alice", "https://here.example/@alice"),
    "_x_": Mention("_x_", "_x_", "https://here.example/@_x_"),
    "carl@there.example": Mention("carl@there.example", "carl", "https://there.example/@carl"),
}
TYPES = ["text/plain", "text/markdown", "text/html"]
ALICE = (
    '<span class="h-card" translate="no"><a href="https://here.example/@alice"'
    ' class="u-url mention">@<span>alice</span></a></span>'
)
TAG = '<a href="https://here.example/tags/cats" class="mention hashtag" rel="tag">#<span>cats</span></a>'


def rendered(source: str, content_type: str = "text/plain") -> Rendered:
    return render(
        source,
        content_type,
        mentions=PEOPLE,
        tag_url=lambda tag: f"https://here.example/tags/{tag}",
        local_domain="here.example",
    )


def shown(source: str, content_type: str = "text/plain") -> str:
    return rendered(source, content_type).html.strip()


@pytest.mark.parametrize("content_type", TYPES[:2])
def test_names_and_tags_become_links(content_type: str) -> None:
    assert shown("hi @alice #cats", content_type) == f"<p>hi {ALICE} {TAG}</p>"


def test_html_is_read_like_the_others() -> None:
    source = "<p>hi @alice <i>#cats</i> <code>@alice #cats</code></p><script>@alice</script>"
    assert shown(source, "text/html") == (f"<p>hi {ALICE} <i>{TAG}</i> <code>@alice #cats</code></p>")


def test_a_blank_line_parts_paragraphs_and_a_newline_breaks_a_line() -> None:
    assert shown("a\nb\n\n \n c\r\nd") == "<p>a<br>b</p><p>c<br>d</p>"
    assert rendered("a\nb\n\nc").text == "a\nb\n\nc"


def test_what_looks_like_html_in_plain_text_is_text() -> None:
    assert shown("<b>x</b> & <script>y</script>") == (
        "<p>&lt;b&gt;x&lt;/b&gt; &amp; &lt;script&gt;y&lt;/script&gt;</p>"
    )


def test_a_mention_nobody_answers_to_stays_text() -> None:
    assert shown("@nobody") == "<p>@nobody</p>"


@pytest.mark.parametrize("typed", ["@alice", "@ALICE", "@alice@here.example", "@Alice@HERE.example"])
def test_a_local_mention_may_be_typed_in_full(typed: str) -> None:
    assert shown(typed) == f"<p>{ALICE}</p>"


def test_markup_in_a_name_is_shown_as_text() -> None:
    """CVE-2023-5057: what others call themselves is not markup."""
    evil = Mention("x", '<img src=x onerror="alert(1)">', 'https://x.example/"onclick="alert(1)')
    result = render("@x", "text/plain", mentions={"x": evil}, tag_url=str, local_domain="here.example").html
    check_harmless(result)
    assert "&lt;img" in result


def test_an_address_of_a_mention_that_is_no_web_address_is_dropped() -> None:
    evil = Mention("x", "x", "javascript:alert(1)")
    result = render("@x", "text/plain", mentions={"x": evil}, tag_url=str, local_domain="here.example")
    assert "href" not in result.html
    assert result.text == "@x"


def test_an_address_becomes_a_link() -> None:
    assert shown("see https://x.example/a.") == (
        '<p>see <a href="https://x.example/a" rel="nofollow noopener ugc">'
        '<span class="invisible">https://</span>x.example/a</a>.</p>'
    )


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize(
    "source",
    ["https://bank.example@evil.example/", "https://bank.example:pw@evil.example/", "javascript://a.b/"],
)
def test_an_address_with_a_name_before_its_host_is_no_link(source: str, content_type: str) -> None:
    assert "href" not in shown(source, content_type)


@pytest.mark.parametrize("content_type", TYPES)
def test_directions_of_writing_cannot_be_turned_inside_an_address(content_type: str) -> None:
    result = shown("https://evil.example/\u202egnp.exe", content_type)
    assert 'href="https://evil.example/"' in result


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("vector", VECTORS)
def test_an_attack_typed_here_leaves_nothing_behind(vector: str, content_type: str) -> None:
    check_harmless(shown(vector, content_type))


def test_a_post_of_nothing_but_links_stops_linking() -> None:
    result = shown("@alice " * 5_000)
    assert result.count("<a ") == MAX_LINKS
    assert result.count("@") == 5_000 + MAX_LINKS  # in the text, and in the addresses


def test_a_source_of_any_length_is_shown() -> None:
    result = rendered("word\n\n" * 60_000 + "<b>")
    assert result.html.startswith("<p>word</p><p>word</p>")
    assert result.html.endswith("&lt;b&gt;</p>")


def test_the_sanitiser_finds_nothing_more_to_do() -> None:
    source = "# Head\n\nhi @alice #cats https://x.example/ \\(x^2\\)[^1] ![a](https://x.example/b)"
    result = shown(source + "\n\n[^1]: note\n\n|a|b|\n|-|-:|\n|1|2|", "text/markdown")
    again = sanitise(result)
    assert (
        again.replace(' rel="tag nofollow noopener ugc"', ' rel="tag"').replace(
            ' class="u-url mention" rel="nofollow noopener ugc"', ' class="u-url mention"'
        )
        == result
    )


WORDS = st.sampled_from(
    [
        "@alice",
        "@carl@there.example",
        "@a@.x",
        "#cats",
        "#日本",
        "https://x.example/a_b_(c)",
        "`",
        "```",
        "\n",
        "\n\n",
        "*",
        "**",
        "_",
        "[",
        "](",
        ")",
        "> ",
        "- ",
        "|",
        "\\",
        r"\(",
        r"\)",
        r"\[",
        r"\]",
        "$$",
        "x^2",
        r"\frac{1}{2}",
        "<b>",
        "</b>",
        "<a href='https://y.example/'>",
        "</a>",
        "<pre>",
        "<code>",
        "[^1]",
        "[^1]: ",
        ":cat:",
        "&amp;",
        "é",
        "\u202e",
        "\ufdd0",
        "0",
        "\ufdd1",
        "%EF%B7%900%EF%B7%91",
        "\x00",
        "\ud800",
        " ",
        "word",
    ]
)
TEXTS = st.lists(WORDS, max_size=30).map("".join)


@settings(max_examples=400)
@given(TEXTS, st.sampled_from(TYPES))
def test_any_text_is_shown_harmless(source: str, content_type: str) -> None:
    result = rendered(source, content_type)
    check_harmless(result.html)
    assert not set(result.html) & set(map(chr, range(0xFDD0, 0xFDE0)))


@settings(max_examples=400)
@given(TEXTS, st.sampled_from(TYPES))
def test_what_is_found_is_what_is_linked(source: str, content_type: str) -> None:
    asked: list[str] = []

    def tag_url(tag: str) -> str:
        asked.append(tag)
        return f"https://here.example/tags/{tag}"

    named = find_mentions(source, content_type)
    people = {name: Mention(name, "n", f"https://m.example/{i}") for i, name in enumerate(named)}
    result = render(
        source, content_type, mentions=people, tag_url=tag_url, local_domain="here.example"
    ).html
    for mention in people.values():
        assert f'href="{mention.url}"' in result
    assert result.count("u-url mention") >= len(named)
    assert {normalise_hashtag(tag) for tag in asked} == {
        normalise_hashtag(tag) for tag in find_hashtags(source, content_type)
    }


@given(st.text(max_size=200), st.sampled_from([*TYPES, "text/x-unknown", ""]))
def test_no_text_and_no_type_raises(source: str, content_type: str) -> None:
    check_harmless(rendered(source, content_type).html)
