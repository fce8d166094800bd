"""User names and e-mail addresses: what fits, and what has fooled others."""

from __future__ import annotations

import pytest

from stoa.core.accounts.names import email_problems, username_problems


@pytest.mark.parametrize("name", ["a", "alice", "Alice", "1st", "a-b", "a_b", "_", "x" * 30])
def test_a_plain_name_is_taken(name: str) -> None:
    assert username_problems(name) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "ERR_BLANK"),
        ("a b", "ERR_INVALID"),
        ("a.b", "ERR_INVALID"),
        ("-a", "ERR_INVALID"),
        ("a-", "ERR_INVALID"),
        ("ａlice", "ERR_INVALID"),
        ("аlice", "ERR_INVALID"),  # Cyrillic а
        ("alice\n", "ERR_INVALID"),
        ("alice@here", "ERR_INVALID"),
        ("١٢", "ERR_INVALID"),
        ("x" * 31, "ERR_TOO_LONG"),
        ("Admin", "ERR_RESERVED"),
        ("root", "ERR_RESERVED"),
    ],
)
def test_another_name_is_refused_with_its_reason(name: str, code: str) -> None:
    assert [problem.code for problem in username_problems(name)] == [code]


def test_the_house_may_take_its_own_names() -> None:
    assert username_problems("admin", reserved=False) == []


@pytest.mark.parametrize(
    "email",
    ["a@b.example", "First.Last+tag@mail.b-c.example", "o'neil@b.example", "a@xn--bcher-kva.example"],
)
def test_an_address_people_have_is_taken(email: str) -> None:
    assert email_problems(email) == []


@pytest.mark.parametrize(
    "email",
    [
        "", "a", "@b.example", "a@", "a@b", "a@b@c.example", "a%b@c.example", "a,b@c.example",
        '"a"@c.example', "a b@c.example", "a@c.example\r\nBcc: x@y.example", "a@c.example\n",
        "a..b@c.example",
        ".a@c.example", "a@-c.example", "a@c..example", "a@[127.0.0.1]", "a@127.0.0.1", "ä@c.example",
        "a@cä.example", "a@c.example" + "x" * 250, "x" * 65 + "@c.example", "a(b)@c.example",
        "<a@c.example>",
    ],
)  # fmt: skip
def test_an_address_that_could_go_elsewhere_is_refused(email: str) -> None:
    assert len(email_problems(email)) == 1


def test_a_trial_on_this_machine_may_use_localhost() -> None:
    assert email_problems("a@localhost") != []
    assert email_problems("a@localhost", loopback=True) == []
