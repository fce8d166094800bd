"""Lists go out and come in as Mastodon writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.core.errors import Unprocessable
from stoa.core.instances import lists
from stoa.core.instances.domains import Decision

MASTODON = """\
#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,false,false,"Spam, and worse",false
loud.example,silence,true,true,,true
Bücher.example,noop,False,True,,
"""


def test_a_list_of_mastodon_is_read() -> None:
    bad, loud, books = lists.read(MASTODON)
    assert bad == Decision(domain="bad.example", public_comment="Spam, and worse")
    assert loud == Decision(
        domain="loud.example", severity="silence", reject_media=True, reject_reports=True, obfuscate=True
    )
    assert books == Decision(domain="xn--bcher-kva.example", severity="noop", reject_reports=True)


def test_a_bare_list_of_names_is_one_of_servers_to_suspend() -> None:
    found = lists.read("\ufeffone.example\n\ntwo.example\none.example\n")
    assert found == [Decision(domain="one.example"), Decision(domain="two.example")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#domain,#severity\na.example,nuke\n", "Line 2: 'nuke' is no severity"),
        ("#domain\nhttps://a.example/\n", "Line 2: 'https://a.example/' is not the name"),
        ("#domain\n" + "a" * 200_000, "not CSV"),
        ("x" * (lists.MAX_BYTES + 1), "at most"),
        ("\n".join(f"{number}.example" for number in range(lists.MAX_ROWS + 1)), "at most"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_line(text: str, said: str) -> None:
    with pytest.raises(Unprocessable, match=said):
        lists.read(text)


_names = st.from_regex(r"[a-z]{1,9}\.example", fullmatch=True)
_comments = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50).map(str.strip)
_decisions = st.builds(
    Decision,
    domain=_names,
    severity=st.sampled_from(["suspend", "silence", "noop"]),
    reject_media=st.booleans(),
    reject_reports=st.booleans(),
    obfuscate=st.booleans(),
    public_comment=_comments,
)


@given(st.lists(_decisions, max_size=5, unique_by=lambda one: one.domain))
def test_what_is_written_is_read_back(decisions: list[Decision]) -> None:
    assert lists.read(lists.written(decisions)) == decisions


def test_private_comments_stay_here() -> None:
    assert "secret" not in lists.written([Decision(domain="a.example", private_comment="secret")])
