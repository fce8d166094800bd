"""Formulas as people see them."""

import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.text import formulas_as_tex, plain_text, sanitise
from stoa.text.formulas import Formula
from stoa.text.sanitising import too_deep
from stoa.text.typesetting import MAX_DEPTH, MAX_MARKUP, Converter
from tests.text.test_rendering import rendered, shown
from tests.text.test_sanitising import check_harmless


def typeset(tex: str, *, display: bool = True) -> str:
    return Converter().html(Formula(tex, display, rf"\[{tex}\]"))


USUAL = [
    r"e^{i\pi}+1=0",
    r"\frac{-b\pm\sqrt{b^2-4ac}}{2a}",
    r"\sum_{n=1}^\infty\frac{1}{n^2}=\frac{\pi^2}{6}",
    r"\int_{-\infty}^{\infty}e^{-x^2}\,dx=\sqrt\pi",
    r"\lim_{x\to0}\frac{\sin x}{x}=1",
    r"\begin{pmatrix}a&b\\c&d\end{pmatrix}",
    r"f(x)=\begin{cases}1&x\in\mathbb{Q}\\0&\text{otherwise}\end{cases}",
    r"\begin{align}a&=b+c\\&=d\end{align}",
    r"\nabla\times\mathbf{E}=-\frac{\partial\mathbf{B}}{\partial t}",
    r"\left(\frac{a}{b}\right)^n",
    r"\binom{n}{k}=\frac{n!}{k!(n-k)!}",
    r"x\in[0,1)\cup(2,3]",
    r"]0,1[",
    r"\{x\mid x>0\}",
    r"\langle\psi|\hat H|\psi\rangle",
    r"\lVert x\rVert\le\lvert y\rvert",
    r"\bigl(\tfrac12\bigr)\Bigl[x\Bigr]",
    r"a\equiv b\pmod{n}",
    r"\forall\epsilon>0\,\exists\delta>0",
    r"A\xrightarrow{f}B",
    r"\overline{z}\,\hat{x}\,\vec{v}\,\dot{q}",
    r"\underbrace{a+\dots+a}_{n}",
    r"\mathcal{L}(\theta)=\prod_i p(x_i;\theta)",
    r"\sqrt[3]{x+\sqrt{y}}",
    r"\operatorname{tr}(AB)=\operatorname{tr}(BA)",
    r"\lfloor x\rfloor+\lceil y\rceil",
    r"O(n\log n)\text{ for all }n",
    r"\boxed{E=mc^2}",
    r"\substack{i<n\\j<m}",
    r"\cancel{x}+\not=",
]


@pytest.mark.parametrize("tex", USUAL)
def test_usual_formulas_become_mathml(tex: str) -> None:
    result = typeset(tex)
    assert result.startswith('<math display="block"><semantics><mrow>')
    safe = sanitise(result)
    assert safe.startswith('<math display="block">')
    assert safe.count("<math") == 1
    assert plain_text(safe) == rf"\[{tex}\]"
    check_harmless(safe)


def test_the_tex_travels_with_the_formula() -> None:
    """FEP-dc88."""
    assert typeset("x<y", display=False) == (
        '<math display="inline"><semantics><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow>'
        '<annotation encoding="application/x-tex">x&lt;y</annotation></semantics></math>'
    )


@pytest.mark.parametrize("tex", [r"\frac{", r"\unknown{x}", "{", r"x_a_b", r"\text{<b>x</b>}\unknown"])
def test_a_formula_with_a_mistake_is_shown_as_its_source(tex: str) -> None:
    result = shown(rf"before \({tex}\) after")
    assert result.startswith("<p>before <code>\\(")
    assert plain_text(result) == rf"before \({tex}\) after"


def test_markup_in_a_formula_is_text() -> None:
    for tex in (r"\text{<script>alert(1)</script>}", r"\substack{\text{<b>x</b>}}", "<img src=x>"):
        result = sanitise(typeset(tex))
        check_harmless(result)
        assert "<b>" not in result


@pytest.mark.parametrize(
    "tex",
    [
        r"\def\a{\a\a}\a",
        r"\newcommand{\a}{x}\a",
        r"\let\a=x",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{modal}{x}",
    ],
)
def test_a_formula_defines_and_links_nothing(tex: str) -> None:
    result = sanitise(typeset(tex))
    check_harmless(result)
    assert "href" not in result.replace(tex, "")


def test_letters_of_the_second_library_keep_their_alphabet() -> None:
    assert "ℝ" in sanitise(typeset(r"\substack{x\in\mathbb{R}\\y}"))


def test_no_library_is_given_more_than_a_post_may_cost() -> None:
    converter = Converter()
    tex = r"\frac{a}{b}+" * 300 + "c"
    results = [converter.html(Formula(tex, True, tex)) for _ in range(20)]
    assert results[0].startswith("<math")
    assert results[-1].startswith("<code>")
    assert sum(len(result) for result in results if result.startswith("<math")) < 2 * MAX_MARKUP


@pytest.mark.parametrize(
    "unit",
    ["(", "[", r"\{", r"\langle ", "{(}", r"\bigl)", r"\pmod\hat ", r"(\hat)", r"\ket_", r"\mathopen x"],
)
def test_brackets_that_stay_open_do_not_hold_up_the_server(unit: str) -> None:
    """Each doubles the time of math-core 0.9: sixty would take longer than there is."""
    result = typeset(unit * 60)
    check_harmless(sanitise(result))


NESTED = [("{", "}"), (r"\sqrt{", "}"), (r"\frac{", "}{1}"), (r"\left(", r"\right)"), (r"\sqrt", ""),
          (r"\frac1", ""), (r"''^\dfrac", ""), (r"\genfrac(){0pt}0", ""), ("x^{", "}"), (r"\bra{", "}"),
          (r"\begin{matrix}", r"\end{matrix}"), (r"\color{red}{", "}"), (r"\text{$", "$}")]  # fmt: skip

DEEP = """
import sys
sys.setrecursionlimit(1000)
from stoa.text.formulas import Formula
from stoa.text.typesetting import Converter
for opening, closing in {pairs!r}:
    for count in (70, 200, 4000 // (len(opening) + len(closing))):
        for tex in (opening * count + "x" + closing * count, opening * count):
            Converter().html(Formula(tex[:4000], True, tex))
print("alive")
"""


def test_depth_does_not_end_the_process() -> None:
    """math-core is recursive; without stack the whole server would go with one formula."""
    code = DEEP.format(pairs=NESTED)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "alive", done.stderr[-500:]


def test_a_small_stack_is_enough() -> None:
    results: list[str] = []
    usual = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: results.append(typeset(r"\sqrt{" * 20 + "x" + "}" * 20)))
        thread.start()
    finally:
        threading.stack_size(usual)
    thread.join()
    assert results[0].startswith("<math")


@pytest.mark.parametrize(("opening", "closing"), NESTED)
def test_what_is_shown_is_never_deep(opening: str, closing: str) -> None:
    result = typeset(opening * 90 + "x" + closing * 90)
    assert not too_deep(result, MAX_DEPTH + 4)


def test_a_formula_in_a_heading_a_table_and_a_quotation() -> None:
    source = "# \\(a\\)\n\n|\\(b\\)|\n|-|\n\n> $$c$$\n\n*\\(d_1 * e_2\\)*"
    result = shown(source, "text/markdown")
    assert result.count("<math") == 4
    assert rendered(source, "text/markdown").text == ("\\(a\\)\n\n\\(b\\)\n\n\\[c\\]\n\n\\(d_1 * e_2\\)")


def test_a_formula_in_an_address_or_in_code_is_left_alone() -> None:
    assert shown("`\\(x\\)`", "text/markdown") == "<p><code>\\(x\\)</code></p>"
    assert "<math" not in shown("[a](https://x.example/$$x_1$$)", "text/markdown")
    assert "ufdd0" not in ascii(shown("[a](https://x.example/$$x_1$$)", "text/markdown"))
    assert "<math" not in shown("    \\(x\\)", "text/markdown")


def test_for_servers_that_strip_elements_a_formula_is_its_tex() -> None:
    html = shown(r"a \(x<y\) b \[z\]")
    assert formulas_as_tex(html) == r"<p>a \(x&lt;y\) b \[z\]</p>"


PIECES = st.sampled_from(
    str.split(
        r"\sqrt \frac \hat { } [ ] ( ) \left( \right) \begin{matrix} \end{matrix} & \\ x 1 ^ _ \text{"
        r" \bigl \bigr \ket \bra{ \pmod \mathopen \mathclose \langle \rangle \in \alpha | \middle| %"
        r" \substack{ \color{red} \binom < > ' \{ \} \lVert \operatorname{ \overset \cancel \not $"
    )
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=60), st.integers(1, 8))
def test_any_formula_is_shown_harmless(pieces: list[str], times: int) -> None:
    tex = (" ".join(pieces) * times)[:4_000]
    result = sanitise(typeset(tex))
    check_harmless(result)
    assert sanitise(result) == result
