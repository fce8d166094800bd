"""HTML as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.text import plain_text, sanitise

LINK = (
    '<p><a href="https://x.example/ab"><span class="invisible">https://</span>'
    '<span class="ellipsis">x.example/a</span><span class="invisible">b</span></a></p>'
)
FORMULA = (
    '<p>so <math display="inline"><semantics><mi>x</mi><annotation'
    ' encoding="application/x-tex">x &lt; y</annotation></semantics></math></p>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("a &amp; b", "a & b"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<p>a\nb</p>", "a b"),
        ("<ul><li>a</li><li>b</li></ul><p>c</p>", "a\nb\n\nc"),
        ("<ol><li><p>a</p></li><li><p>b</p></li></ol>", "a\n\nb"),
        ("<h1>t</h1>\n<p>a</p>", "t\n\na"),
        ("<pre><code>a\n  b\n</code></pre>", "a\n  b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a b\nc d"),
        ("<p>&lt;b&gt;x&lt;/b&gt;</p>", "<b>x</b>"),
        ("<blockquote><p>a</p></blockquote><p>b</p>", "a\n\nb"),
        (LINK, "https://x.example/ab"),
        (FORMULA, r"so \(x < y\)"),
        ("<p><math><mi>x</mi><mo>+</mo><mn>1</mn></math></p>", "x+1"),
    ],
)
def test_html_as_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize("html", ["<math>" * 20_000, "<pre>" * 20_000, "<math><pre>" * 9_000, "<" * 60_000])
def test_html_that_was_never_sanitised_has_a_text_too(html: str) -> None:
    assert len(plain_text(html)) <= len(html)


@given(st.text(alphabet="ab<>&;/ \npremath\ufdd00\ufdd1", max_size=80))
def test_any_html_has_a_text(source: str) -> None:
    assert plain_text(source) is not None
    assert "<script" not in sanitise(plain_text(source))
