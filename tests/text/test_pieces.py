"""HTML on its way to a translating service and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stoa import text
from stoa.text import pieces

PARAGRAPH = f"<p>{'word ' * 900}<br>more</p>"


def test_a_long_text_goes_in_whole_paragraphs() -> None:
    source = PARAGRAPH * 5
    found = pieces.pieces(source)
    assert len(found) == 5
    assert "".join(found) == source
    assert all(one == text.sanitise(one) for one in found)
    assert pieces.pieces("") == []
    assert pieces.pieces("no <b>tags</b> about") == ["no <b>tags</b> about"]


@given(
    st.lists(st.sampled_from([PARAGRAPH, "<ul><li>a</li><li>b</li></ul>", "loose ", "<hr>", "<p>x</p>"]))
)
def test_nothing_is_lost_on_the_way(parts: list[str]) -> None:
    source = text.sanitise("".join(parts))
    assert "".join(pieces.pieces(source)) == source


def test_emoji_keep_their_names_and_attributes_are_left_alone() -> None:
    source = '<p title=":cat:">:cat: is <a href="https://x.example/:cat:/">:cat:</a> :dog:</p>'
    sent = pieces.shielded(source, {"cat"})
    assert sent.count('<span translate="no">:cat:</span>') == 2
    assert 'href="https://x.example/:cat:/"' in sent
    assert ":dog:" in sent
    assert pieces.translated(sent) == text.sanitise(source)


def test_plain_text_comes_back_plain() -> None:
    sent = pieces.shielded_text("1 < 2 & :cat:", {"cat"})
    assert sent == '1 &lt; 2 &amp; <span translate="no">:cat:</span>'
    assert pieces.translated_text(sent) == "1 < 2 & :cat:"


def test_what_a_service_sends_is_trusted_no_more_than_a_stranger() -> None:
    for evil in ("<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<p onclick=x>y</p>"):
        shown = pieces.translated(f"<p>Hallo</p>{evil}")
        assert "onerror" not in shown
        assert "<script" not in shown
        assert "onclick" not in shown
