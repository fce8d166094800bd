"""Brackets that stay open are never counted too low."""

import pytest

from stoa.text.brackets import TOO_MANY, unclosed

TAKES = {"hat": 1, "sqrt": 1, "frac": 2, "binom": 2, "ket": 1, "pmod": 1, "mathbf": 1}


def count(tex: str) -> int:
    return unclosed(tex, lambda name: TAKES.get(name, 0))


@pytest.mark.parametrize(
    "tex",
    [
        "x+y",
        "(x)",
        "[0,1)",
        "((a)(b))",
        r"\left(x",
        r"\left(x\right)",
        r"\{x\}",
        r"\langle x\rangle",
        r"\bigl(x\bigr)",
        r"(\alpha)",
        r"(\frac{a}{b})",
        r"(\sqrt{x})",
        r"(\sqrt[3]{x})",
        r"(x^2)",
        r"(x^{2})",
        r"f(\hat{x})=g(\mathbf x)",
        r"\frac{(a)}{(b)}",
        r"\alpha[x]",
    ],
)
def test_brackets_that_pair_up_do_not_count(tex: str) -> None:
    assert count(tex) == 0


@pytest.mark.parametrize(
    ("tex", "least"),
    [
        ("(", 1),
        ("((x)", 1),
        ("{(}", 1),
        ("{(})", 1),
        ("(&)", 1),
        (r"(\\)", 1),
        (r"(\hat)", 1),
        (r"(\frac x)", 1),
        ("(x^)", 1),
        (r"(\left.)\right.", 1),
        (r"(\big)", 2),
        (r"\bigl)", 1),
        (r"\ket\hat x", 1),
        (r"\pmod\middle|", 1),
        (r"(\binom{a})", 1),
        (r"\mathopen x", 1),
        ("⟨⌊⟦", 3),
        (r"\lVert\lfloor\lbrace", 3),
    ],
)
def test_brackets_that_may_stay_open_count(tex: str, least: int) -> None:
    assert count(tex) >= least
    assert count(tex * 30) >= 30 * least - 30 * (least - 1)


def test_what_closes_before_it_opens_does_not_count() -> None:
    assert count(")(") == 1
    assert count("(x) ) (") == 1


def test_groups_that_nest_too_deep_are_refused() -> None:
    assert count("(" + "{" * 30 + "}" * 30 + ")") == TOO_MANY
