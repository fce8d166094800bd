"""Where a formula begins and ends."""

import pytest

from stoa.text.formulas import MAX_FORMULAS, MAX_LENGTH, extract


def found(source: str, *, markdown: bool = True) -> list[tuple[str, bool]]:
    return [(one.tex, one.display) for one in extract(source, markdown=markdown)[1]]


@pytest.mark.parametrize(
    ("source", "formulas"),
    [
        (r"a \(x^2\) b", [("x^2", False)]),
        (r"\[x\]", [("x", True)]),
        ("$$x$$", [("x", True)]),
        ("\\[\nx\n= y\n\\]", [("x\n= y", True)]),
        (r"\(a\)\(b\)", [("a", False), ("b", False)]),
        (r"\(a \\ b\)", [(r"a \\ b", False)]),
        (r"\(\text{a) b}\)", [(r"\text{a) b}", False)]),
    ],
)
def test_a_formula_is_found(source: str, formulas: list[tuple[str, bool]]) -> None:
    assert found(source) == formulas
    assert found(source, markdown=False) == formulas


@pytest.mark.parametrize(
    "source",
    [
        r"\\(x\\)",
        r"\(x",
        r"x\)",
        r"\(\)",
        "\\(a\n\nb\\)",
        "$x$",
        "it costs $$ here and $$ there",
        "$$",
        rf"\({'x' * (MAX_LENGTH + 1)}\)",
    ],
)
def test_what_only_looks_like_a_formula_is_none(source: str) -> None:
    assert extract(source, markdown=True) == (source, [])
    assert extract(source, markdown=False) == (source, [])


@pytest.mark.parametrize(
    "source",
    [
        r"`\(x\)`",
        r"``\(`x\)``",
        "```\n\\(x\\)\n```",
        "~~~\n$$x$$\n~~~",
        "- ```\n  \\(x\\)\n  ```",
        "````\n```\n\\(x\\)\n````",
        "```\n\\(x\\)",
    ],
)
def test_code_keeps_its_formulas(source: str) -> None:
    assert found(source) == []


def test_after_code_formulas_are_found_again() -> None:
    assert found("```\n\\(a\\)\n```\n\\(b\\) `\\(c\\)` \\(d\\) ` \\(e\\)") == [
        ("b", False),
        ("d", False),
        ("e", False),
    ]


def test_the_marks_of_a_quotation_are_no_part_of_its_formula() -> None:
    assert found("> \\[ a\n> = b \\]") == [("a\n= b", True)]
    assert found("\\[ a\n> b \\]") == [("a\n> b", True)]


def test_a_post_has_no_more_than_a_thousand_formulas() -> None:
    assert len(found(r"\(x\)" * (MAX_FORMULAS + 50))) == MAX_FORMULAS


def test_what_is_taken_out_can_be_put_back() -> None:
    source = r"a \(x\) b \[y\] c"
    text, formulas = extract(source, markdown=True)
    for number, one in enumerate(formulas):
        text = text.replace(f"\ufdd0{number}\ufdd1", one.source)
    assert text == source
