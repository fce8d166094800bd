"""Markdown as it is typed in posts."""

import re

import pytest

from stoa.text import find_hashtags, find_mentions, plain_text, sanitise
from tests.text.test_rendering import ALICE, TAG, rendered, shown
from tests.text.test_sanitising import check_harmless


def html(source: str) -> str:
    return shown(source, "text/markdown")


def test_the_blocks_of_markdown() -> None:
    assert html("# One\n\n###### Six") == "<h1>One</h1>\n<h6>Six</h6>"
    assert html("> said") == "<blockquote>\n<p>said</p>\n</blockquote>"
    assert html("3. a\n4. b") == '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'
    assert html("- a\n- b") == "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"
    assert html("a\n\n---\n\nb") == "<p>a</p>\n<hr>\n<p>b</p>"
    assert html("~~old~~ **b** *i* `c`") == (
        "<p><del>old</del> <strong>b</strong> <em>i</em> <code>c</code></p>"
    )
    assert html("a  \nb\\\nc\nd") == "<p>a<br>\nb<br>\nc\nd</p>"


def test_a_table_keeps_its_alignment_as_classes() -> None:
    result = html("|a|b|\n|:-|-:|\n|1|2|")
    assert '<th class="align-left">a</th><th class="align-right">b</th>' in result
    assert '<td class="align-left">1</td><td class="align-right">2</td>' in result
    assert "style" not in result


def test_footnotes_stand_at_the_end_and_lead_both_ways() -> None:
    result = html("a[^n] b[^m] c[^n]\n\n[^n]: the *first*\n\nmore\n\n[^m]: second")
    ids = set(re.findall(r' id="([^"]*)"', result))
    targets = set(re.findall(r'href="#([^"]*)"', result))
    assert targets <= ids
    assert len(ids) == 5  # two notes, three places that name them
    assert result.index("more") < result.index("the <em>first</em>") < result.index("second")
    assert rendered("a[^n]\n\n[^n]: note", "text/markdown").text == "a1\n\nnote"


def test_footnotes_of_two_posts_on_one_page_are_told_apart() -> None:
    one, two = html("a[^1]\n\n[^1]: x"), html("b[^1]\n\n[^1]: x")
    ids = [set(re.findall(r' id="([^"]*)"', result)) for result in (one, two)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_footnote_nobody_wrote_leads_nowhere() -> None:
    typed = '<sup class="footnote-reference"><a href="#x">1</a></sup>'
    assert "href" not in html(typed)


def test_a_picture_is_linked_by_its_alt_text_never_shown() -> None:
    link = '<a href="https://x.example/a.png" rel="nofollow noopener ugc">A cat</a>'
    assert html("![A cat](https://x.example/a.png)") == f"<p>{link}</p>"
    result = html('![" onerror="alert(1)](https://x.example/a.png)')
    check_harmless(result)
    assert "<img" not in result


def test_links_are_marked_and_keep_their_title() -> None:
    assert html('[x](https://x.example/ "t")') == (
        '<p><a href="https://x.example/" title="t" rel="nofollow noopener ugc">x</a></p>'
    )
    assert html("[x](javascript:alert(1))") == "<p>x</p>"
    assert html("[x](data:text/html,x)") == "<p>x</p>"


def test_raw_html_goes_through_the_sanitiser() -> None:
    assert html("a <b onclick=x>b</b> <script>x</script>") == "<p>a <b>b</b> </p>"
    assert html("<div onclick=x>\n\n*a*\n\n</div>") == "<div>\n<p><em>a</em></p>\n</div>"


def test_names_in_code_and_in_links_are_text() -> None:
    source = "`@alice #cats`\n\n```\n@alice #cats\n```\n\n[@alice #cats](https://x.example/)"
    assert find_mentions(source, "text/markdown") == []
    assert find_hashtags(source, "text/markdown") == []
    assert "u-url" not in html(source)


def test_names_in_everything_else_are_linked() -> None:
    assert html("# @alice") == f"<h1>{ALICE}</h1>"
    assert html("**@alice** _#cats_") == f"<p><strong>{ALICE}</strong> <em>{TAG}</em></p>"
    assert ALICE in html("|@alice|\n|-|\n")
    assert ALICE in html("x[^1]\n\n[^1]: @alice")


def test_underscores_in_names_and_addresses_are_no_emphasis() -> None:
    assert "@<span>_x_</span>" in html("@_x_")
    assert 'href="https://x.example/_a_*b*c"' in html("https://x.example/_a_*b*c")
    assert html(":_blob_cat_:") == "<p>:_blob_cat_:</p>"
    assert html("`@_x_ https://x.example/_a_`") == "<p><code>@_x_ https://x.example/_a_</code></p>"
    assert 'href="https://x.example/_a_"' in html("[x](https://x.example/_a_)")


def test_a_backslash_before_a_sign_makes_it_a_sign() -> None:
    assert html(r"\@alice \#cats a\: `\@alice`") == (r"<p>@alice #cats a: <code>\@alice</code></p>")
    assert find_mentions(r"\@alice", "text/markdown") == []


def test_code_is_highlighted_by_class() -> None:
    result = html("```python\nreturn '@alice'\n```")
    assert result == (
        '<pre><code class="language-python"><span class="c-k">return </span>'
        "<span class=\"c-s\">'@alice'\n</span></code></pre>"
    )
    assert plain_text(result) == "return '@alice'"


@pytest.mark.parametrize("language", ["nothing", "x onclick=y", '"><script>'])
def test_code_in_no_known_language_is_shown_plain(language: str) -> None:
    result = html(f"```{language}\na < b\n```")
    check_harmless(result)
    assert "a &lt; b" in result


@pytest.mark.parametrize("nested", ["> ", ">", "- ", "1. "])
def test_markdown_nested_too_deep_is_shown_as_its_text(nested: str) -> None:
    result = rendered(nested * 5_000 + "deep", "text/markdown")
    assert "deep" in result.text
    assert result.html == sanitise(result.html)
    assert result.html.count("<blockquote>") < 200
    assert result.html.count("<ul>") + result.html.count("<ol>") < 200


def test_a_table_of_empty_cells_is_not_written_out() -> None:
    source = "|a" * 8_000 + "\n" + "|-" * 8_000 + "\n" + "a\n" * 16_000
    assert len(html(source)) < 8 * len(source)
