"""Canonical JSON is that of RFC 8785, byte for byte."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from stoa.federation.jcs import MAX_DEPTH, NotCanonical, canonical

# RFC 8785 appendix B: the bits of a double, and how it is written.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "text"), NUMBERS)
def test_numbers_are_written_as_in_appendix_b(bits: str, text: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(value).decode() == text


def test_the_example_of_section_3_2_2() -> None:
    document = json.loads(
        r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    )
    assert canonical(document).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        r'"string":"€$\u000f\nA' + "'" + r'B\"\\\\\"/"}'
    )


def test_names_are_sorted_by_utf_16_units() -> None:
    # Section 3.2.3: the emoji starts with a surrogate, which is less than the Hebrew presentation form.
    document = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😂": 5, "\x80": 6, "ö": 7}
    assert list(json.loads(canonical(document)).values()) == [2, 4, 6, 7, 1, 5, 3]


def test_integers_beyond_doubles_are_the_nearest_double() -> None:
    assert canonical(12345678901234567890).decode() == "12345678901234567000"


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="nan"),
        pytest.param(float("inf"), id="infinity"),
        pytest.param(10**400, id="huge"),
        pytest.param("\ud800", id="half a character"),
        pytest.param({"\udfff": 1}, id="half a character in a name"),
        pytest.param({1: 2}, id="number as name"),
        pytest.param(b"x", id="bytes"),
        pytest.param({"a": object()}, id="object"),
        pytest.param(_nested(10_000), id="deep"),
    ],
)
def test_what_is_not_json_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_documents_may_nest_as_deeply_as_they_do_elsewhere() -> None:
    assert canonical(_nested(MAX_DEPTH)) == b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH
