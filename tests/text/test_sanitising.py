"""What may pass the sanitiser, and that it passes unchanged a second time."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.text import plain_text, sanitise
from stoa.text.sanitising import too_deep

CORPUS = Path(__file__).parent / "corpus"
VECTORS = (CORPUS / "xss.txt").read_text("utf-8").splitlines()

ATTRIBUTES = set(
    str.split(
        "href rel class title translate id role lang dir cite start reversed value colspan rowspan"
        " scope display encoding mathvariant stretchy fence separator symmetric largeop form"
        " movablelimits lspace rspace minsize maxsize width linethickness accent accentunder"
        " displaystyle scriptlevel columnspan notation"
    )
)
FORBIDDEN = set(
    str.split(
        "script style svg iframe object embed form input button base meta link template img video"
        " audio source noscript textarea title xmp plaintext select option body html mglyph"
        " annotation-xml maction marquee details"
    )
)


class Reader(HTMLParser):
    """Another parser's view of the result: every tag, attribute and address it finds."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def check_harmless(result: str) -> None:
    reader = Reader(result)
    assert not FORBIDDEN & set(reader.tags)
    for name, value in reader.attributes:
        assert name in ATTRIBUTES
        if name in ("href", "cite"):
            assert value
            assert value.startswith(
                ("http://", "https://", "#fn", "mailto:", "xmpp:", "magnet:", "gemini:", "matrix:")
            )
        if name == "id":
            assert value
            assert value.startswith("fn")


@pytest.mark.parametrize("vector", VECTORS)
def test_an_attack_leaves_nothing_behind(vector: str) -> None:
    result = sanitise(vector)
    check_harmless(result)
    assert sanitise(result) == result


@pytest.mark.parametrize("scheme", ["javascript", "vbscript", "data", "file", "blob", "about", "ws"])
def test_a_link_of_an_unknown_scheme_becomes_its_text(scheme: str) -> None:
    assert sanitise(f'<p><a href="{scheme}:x">go</a></p>') == "<p>go</p>"


@pytest.mark.parametrize("address", ["gemini://x.example/", "xmpp:a@x.example", "magnet:?xt=urn:x"])
def test_a_link_of_a_harmless_scheme_stays(address: str) -> None:
    assert f'href="{address}"' in sanitise(f'<a href="{address}">go</a>')


def test_every_link_is_marked_as_not_ours() -> None:
    expected = '<a href="https://x.example/" rel="{}nofollow noopener ugc">x</a>'
    assert sanitise('<a href="https://x.example/">x</a>') == expected.format("")
    assert sanitise('<a href="https://x.example/" rel="me opener">x</a>') == expected.format("me ")
    assert sanitise('<a href="https://x.example/" rel="tag">x</a>') == expected.format("tag ")


def test_what_long_posts_need_stays() -> None:
    source = (
        '<h1>a</h1><h6>b</h6><blockquote><p>q</p></blockquote><ol start="3"><li>x</li></ol>'
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"
        "<pre><code>x</code></pre><hr><dl><dt>a</dt><dd>b</dd></dl>"
        "<ruby>漢<rp>(</rp><rt>kan</rt></ruby><del>x</del><sup>1</sup>"
        '<p lang="he" dir="rtl">שלום</p><figure><figcaption>c</figcaption></figure>'
    )
    assert sanitise(source) == source


def test_mastodons_own_markup_stays() -> None:
    source = (
        '<p><span class="h-card" translate="no"><a href="https://x.example/@a" class="u-url mention"'
        ' rel="nofollow noopener ugc">@<span>a</span></a></span></p>'
        '<p class="quote-inline">RE: x</p>'
    )
    assert sanitise(source) == source


def test_classes_of_the_page_around_a_post_are_dropped() -> None:
    assert sanitise('<span class="modal h-card fixed mention">x</span>') == (
        '<span class="h-card mention">x</span>'
    )
    assert sanitise('<p class="sign-in">x</p>') == "<p>x</p>"


def test_only_footnote_ids_stay() -> None:
    assert sanitise('<li id="menu">x</li>') == "<li>x</li>"
    assert sanitise('<li id="fn-1a2b-1">x</li>') == '<li id="fn-1a2b-1">x</li>'
    assert sanitise('<a href="#fn-1a2b-1">x</a>') == '<a href="#fn-1a2b-1">x</a>'
    assert sanitise('<a href="#menu">x</a>') == "x"


LONG = "https://evil.example/a/very/long/path/that/goes/on/and/on"
HIDDEN = '<a href="{}"><span class="invisible">{}</span><span class="ellipsis">{}</span>{}</a>'


def test_a_shortened_link_stays_shortened() -> None:
    rest = f'<span class="invisible">{LONG[38:]}</span>'
    result = sanitise(HIDDEN.format(LONG, "https://", LONG[8:38], rest))
    assert 'class="invisible"' in result
    assert plain_text(result) == LONG


@pytest.mark.parametrize(
    ("hidden", "shown", "rest"),
    [
        ("https://", "bank.example", '<span class="invisible">/evil</span>'),
        ("https://evil.example/", "bank.example", ""),
        ("https://evil.", LONG[13:], ""),
        ("https://", "evil.ex", f'<span class="invisible">{LONG[15:]}</span>'),
        ("", "bank.example", ""),
    ],
)
def test_a_link_cannot_hide_its_host(hidden: str, shown: str, rest: str) -> None:
    """CVE-2023-36462: parts of a link's text hidden so that another host is seen."""
    assert "invisible" not in sanitise(HIDDEN.format(LONG, hidden, shown, rest))


def test_nothing_is_hidden_outside_a_link() -> None:
    assert sanitise('<p><span class="invisible">x</span></p>') == "<p><span>x</span></p>"
    nested = '<a href="https://x.example/"><b><span class="invisible">x</span></b></a>'
    assert "invisible" not in sanitise(nested)


def test_a_picture_becomes_a_link_with_its_alt_text() -> None:
    assert sanitise('<img src="https://x.example/a.png" alt="A cat">') == (
        '<a href="https://x.example/a.png" rel="nofollow noopener ugc">A cat</a>'
    )
    assert sanitise('<img src="javascript:x" alt="A cat">') == "A cat"
    assert sanitise('<img class="emoji" src="https://x.example/e.png" alt=":cat:">') == ":cat:"
    linked = '<a href="https://y.example/"><img src="https://x.example/a.png" alt="A cat"></a>'
    assert sanitise(linked) == ('<a href="https://y.example/" rel="nofollow noopener ugc">A cat</a>')


def test_alt_text_cannot_leave_its_quotes() -> None:
    """GHSA-2g66-9fr3-ppwj: a quote in the alt text of a picture started another attribute."""
    alt = "&quot; onerror=&quot;alert(1) <b>"
    result = sanitise(f'<img src="https://x.example/a.png" alt="{alt}">')
    check_harmless(result)
    assert plain_text(result) == '" onerror="alert(1) <b>'


MATH = '<math display="inline"><semantics>{}<annotation encoding="application/x-tex">x^2'
MATH += "</annotation></semantics></math>"


def test_a_formula_stays() -> None:
    source = MATH.format("<msup><mi>x</mi><mn>2</mn></msup>")
    assert sanitise(source) == source


@pytest.mark.parametrize(
    "inner",
    [
        "<msup><mi>x</mi></msup>",
        "<mfrac><mi>x</mi><mi>x</mi><mi>x</mi></mfrac>",
        "<mrow>x</mrow>",
        "<mtext><b>x</b></mtext>",
    ],
)
def test_a_malformed_formula_is_shown_as_its_tex(inner: str) -> None:
    """CVE-2026-50129: one malformed formula brought down every timeline it stood in."""
    result = sanitise("<p>before</p>" + MATH.format(inner) + "<p>after</p>")
    assert "<math" not in result
    assert "<code>\\(x^2\\)</code>" in result
    assert plain_text(result).startswith("before")
    assert plain_text(result).endswith("after")


@pytest.mark.parametrize(
    "broken",
    [
        "<math>" * 10_000,
        "<math><mrow>" * 10_000 + "x",
        "<math><mi>x",
        "<math",
        "<math\x00><mi>\x00</mi></math>",
        "<math></math>",
        "<math><mtext><math><mi>x</mi></math></mtext></math>",
        "</math></math><math>",
    ],
)
def test_a_broken_formula_leaves_the_other_words(broken: str) -> None:
    result = sanitise(f"<p>before</p>{broken}<p>after</p>")
    assert "before" in result
    assert sanitise(result) == result


def test_a_formula_cannot_cover_the_page() -> None:
    for attribute in ('width="900em"', 'voffset="-50em"', 'height="90em"', 'lspace="-99em"'):
        result = sanitise(f"<math><mpadded {attribute}><mi>x</mi></mpadded></math>")
        assert result == "<math><mpadded><mi>x</mi></mpadded></math>"


@pytest.mark.parametrize("tag", ["b", "div", "span", "blockquote", "ul", "unknown", "table"])
def test_html_nested_too_deep_is_reduced_to_its_text(tag: str) -> None:
    result = sanitise(f"<p>before</p>{f'<{tag}>' * 10_000}deep{f'</{tag}>' * 10_000}<p>after</p>")
    assert plain_text(result).split() == ["before", "deep", "after"]
    assert not too_deep(result, 2)


def test_many_siblings_are_not_deep() -> None:
    source = "<p>x</p>" * 5_000 + "<ul>" + "<li>y</li>" * 5_000 + "</ul>"
    assert sanitise(source) == source
    assert not too_deep("<p>x" * 5_000)
    assert too_deep("<b>" * 101)
    assert not too_deep("<b></b>" * 5_000)


def test_half_a_character_is_replaced() -> None:
    assert sanitise("<p>a\ud800b</p>") == "<p>a\ufffdb</p>"


FRAGMENTS = st.sampled_from(
    [
        *VECTORS,
        *str.split("<p> </p> <b> </b> <a> </a> <table> <td> <math> <mi> </math> <svg> </svg> <li>"),
        *str.split("<style> </style> <script> </script> <!-- --> <![CDATA[ ]]> <mtext> </mtext>"),
        *str.split("<annotation-xml> <foreignObject> <title> <noscript> <select> <template> <form>"),
        '<a href="https://x.example/">',
        '<span class="invisible">',
        '<img src="https://x.example/" alt="<a>">',
        "text",
        "&lt;",
        '"',
        "'",
    ]
)


@settings(max_examples=400)
@given(st.lists(FRAGMENTS, max_size=14).map("".join))
def test_sanitised_html_is_harmless_and_a_fixed_point(source: str) -> None:
    result = sanitise(source)
    check_harmless(result)
    assert sanitise(result) == result


@settings(max_examples=200)
@given(st.text(alphabet="<>/=\"'&;!-ab mthi\x00\n", max_size=80))
def test_any_characters_are_harmless(source: str) -> None:
    result = sanitise(source)
    check_harmless(result)
    assert sanitise(result) == result
