"""`python -m bench.text`: CPU to render posts of 65,535 characters, and how it grows.

Prints milliseconds of CPU (the least of several rounds) and the ratio to a plain loop measured beside
it, since a machine that does other things is slower at everything.  The last column is the time for
the whole length over the time for a quarter of it: about 4 where work is in proportion to length.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from stoa import text
from stoa.text.rendering import _pieces

LENGTH = 65_535
ROUNDS = 5
ALICE = {"alice": text.Mention("alice", "alice", "https://here.example/@alice")}

_SENTENCE = "It was said that the minister had called, and nobody who heard it was in the least surprised. "
_ESSAY = (
    f"## A heading\n\n{_SENTENCE * 6}*Emphasis* and a [link](https://x.example/page).\n\n{_SENTENCE * 7}"
    f"As @alice wrote in #news:\n\n> {_SENTENCE * 2}\n\n- one point\n- another\n\n{_SENTENCE * 8}"
    "See https://there.example/a/long/path/to/somewhere and `code`.\n\n"
)
_PAPER = (
    f"{_SENTENCE * 2}Let \\(x_i \\in \\mathbb{{R}}\\) and \\(f(x)=\\frac{{1}}{{1+e^{{-x}}}}\\).\n\n"
    "\\[ \\sum_{i=1}^{n} \\left( x_i - \\bar{x} \\right)^2 \\ge 0 \\]\n\n"
    f"{_SENTENCE * 3}\n\n"
)
_MANUAL = (
    f"### Step\n\n{_SENTENCE * 2}\n\n"
    "```python\ndef f(x):\n    return [a for a in x if a > 3]  # note\n```\n\n"
    "| a | b |\n|---|--:|\n| one | 1 |\n| two | 2 |\n\nSee the note[^1] and **remember** `this`.\n\n"
)
POSTS = {
    "prose, plain": (_SENTENCE * 6 + "\n\n", "text/plain"),
    "prose with names, plain": (_SENTENCE * 3 + "@alice #news https://x.example/\n\n", "text/plain"),
    "essay, Markdown": (_ESSAY, "text/markdown"),
    "paper with formulas, Markdown": (_PAPER, "text/markdown"),
    "manual with code, Markdown": (_MANUAL, "text/markdown"),
    "Russian and Japanese": ("Привет, мир. 今日は良い天気です。 #новости #日本\n\n", "text/markdown"),
}
HOSTILE = Path(__file__).parent.parent / "tests" / "text" / "corpus" / "hostile.txt"


def cpu(run: Callable[[], object]) -> float:
    """Milliseconds of CPU that *run* takes, the least of several rounds."""
    least = float("inf")
    for _ in range(ROUNDS):
        begin = time.process_time()
        run()
        least = min(least, time.process_time() - begin)
    return least * 1000


def loop() -> int:
    """The measure: about ten milliseconds of plain Python on a quiet machine of 2024."""
    total = 0
    for number in range(200_000):
        total += number & 7
    return total


def render(source: str, content_type: str) -> text.Rendered:
    _pieces.cache_clear()
    return text.render(
        source,
        content_type,
        mentions=ALICE,
        tag_url=lambda tag: f"https://here.example/tags/{tag}",
        local_domain="here.example",
    )


def measure(name: str, unit: str, content_type: str) -> float:
    source = (unit * (LENGTH // len(unit) + 1))[:LENGTH]
    whole = cpu(lambda: render(source, content_type))
    quarter = cpu(lambda: render(source[: LENGTH // 4], content_type))
    ratio = whole / cpu(loop)
    print(f"{name:44} {whole:8.1f} ms {ratio:7.2f} {whole / quarter:7.1f}")
    return whole


def main() -> None:
    render("```python\nx\n```\n\\(x\\) \\(\\substack{a}\\)", "text/markdown")
    print(f"{'65,535 characters of':44} {'CPU':>11} {'loops':>7} {'growth':>7}")
    for name, (unit, content_type) in POSTS.items():
        measure(name, unit, content_type)
    print("hostile, Markdown")
    for fragment in HOSTILE.read_text("utf-8").splitlines():
        measure(f"  {fragment!r}"[:44], fragment, "text/markdown")


if __name__ == "__main__":
    main()
