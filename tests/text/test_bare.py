"""Posts without their dress: words, breaks and links; no way for anything else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa import text
from stoa.text.bare import bare
from tests.text.test_rendering import shown


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("# A *title*\n\nand **words**", "<p>A title</p><p>and words</p>"),
        ("- one\n- two", "<p>– one<br>– two</p>"),
        ("> said\n\nso", "<p>“said”</p><p>so</p>"),
        (r"a \(x^2\) grows", r"<p>a \(x^2\) grows</p>"),
        ("```python\na = 1\nb < 2\n```", "<p>a = 1<br>b &lt; 2</p>"),
        ("so[^1]\n\n[^1]: Slowly.", "<p>so[1]</p><p>– Slowly.</p>"),
    ],
)
def test_what_is_left_of_it_are_words(typed: str, expected: str) -> None:
    assert bare(shown(typed, "text/markdown")) == expected


def test_links_stay_links_and_pictures_become_their_description() -> None:
    found = bare(shown("[the page](https://there.example/a?b=1&c=2)", "text/markdown"))
    assert '<a href="https://there.example/a?b=1&amp;c=2" rel="nofollow noopener">the page</a>' in found
    assert bare('<p><img class="emoji" src="/x.png" alt=":wave:"> all</p>') == "<p>:wave: all</p>"


@given(st.text(max_size=300) | st.text(alphabet='<>/abliqp "=\n#*`[]()\ufdd4\ufdd5\ufdd60', max_size=300))
def test_whatever_was_typed_nothing_else_comes_out(typed: str) -> None:
    found = bare(text.sanitise(shown(typed, "text/markdown")))
    assert re.sub(r'</?p>|<br>|<a href="[^"<>]*" rel="nofollow noopener">|</a>', "", found).count("<") == 0
    assert found.count("<a ") == found.count("</a>")


@given(st.text(alphabet='<>/abliqp "=\n#\ufdd4\ufdd5\ufdd60', max_size=300))
def test_not_even_of_what_was_never_sanitised(source: str) -> None:
    found = bare(source)
    assert re.sub(r'</?p>|<br>|<a href="[^"<>]*" rel="nofollow noopener">|</a>', "", found).count("<") == 0
