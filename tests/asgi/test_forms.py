"""Nested parameters: what apps send in every spelling, and what is refused."""

from typing import Any
from urllib.parse import quote_plus

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.asgi.errors import HTTPError
from stoa.asgi.forms import Limits, Repeated, nest, parse_json, parse_urlencoded
from tests.asgi.asking import outcome


def refused(raw: bytes, parse: Any = parse_urlencoded) -> HTTPError:
    with pytest.raises(HTTPError) as caught:
        parse(raw)
    return caught.value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", {}),
        (b"a=1&b=", {"a": "1", "b": ""}),
        (b"a", {"a": ""}),
        (b"&&a=1&=2&", {"a": "1"}),
        (b"a=1=2", {"a": "1=2"}),
        (b"a=b+c%2Bd&e+f=1", {"a": "b c+d", "e f": "1"}),
        (b"a=%zz%", {"a": "%zz%"}),
        ("a=%C3%A9é".encode(), {"a": "éé"}),
        (b"poll[options][]=x&poll[options][]=y&poll[expires_in]=300",
         {"poll": {"options": ["x", "y"], "expires_in": "300"}}),
        (b"poll%5Boptions%5D%5B%5D=x", {"poll": {"options": ["x"]}}),
        (b"source[privacy]=unlisted", {"source": {"privacy": "unlisted"}}),
        (b"id[]=1&id[]=2", {"id": ["1", "2"]}),
        (b"id[][]=1&id[][]=2", {"id": ["1", "2"]}),
        (b"f[0][name]=a&f[0][value]=b&f[1][name]=c",
         {"f": [{"name": "a", "value": "b"}, {"name": "c"}]}),
        (b"f[10][n]=c&f[2][n]=a", {"f": [{"n": "a"}, {"n": "c"}]}),
        (b"f[0]=a&f[x]=b", {"f": {"0": "a", "x": "b"}}),
        (b"a[][x]=1&a[][y]=2&a[][x]=3", {"a": [{"x": "1", "y": "2"}, {"x": "3"}]}),
        (b"a[][x][]=1&a[][x][]=2&a[][y]=3", {"a": [{"x": ["1", "2"], "y": "3"}]}),
        (b"a[][b][c]=1&a[][b][d]=2&a[][b][c]=3",
         {"a": [{"b": {"c": "1", "d": "2"}}, {"b": {"c": "3"}}]}),
        (b"0=a&1=b", {"0": "a", "1": "b"}),
        # Brackets that do not pair are part of the name.
        (b"a[b=1&[c]=2&d[e]f=3&g]=4", {"a[b": "1", "[c]": "2", "d[e]f": "3", "g]": "4"}),
    ],
)  # fmt: skip
def test_parameters_nest_as_in_rails(raw: bytes, expected: dict[str, Any]) -> None:
    assert parse_urlencoded(raw) == expected


def test_of_a_repeated_name_the_last_value_counts_and_all_are_kept() -> None:
    value = parse_urlencoded(b"id=1&id=2&id=3")["id"]
    assert value == "3"
    assert isinstance(value, Repeated)
    assert value.values == ("1", "2", "3")


@pytest.mark.parametrize(
    "raw", [b"a=1&a[b]=2", b"a[]=1&a[b]=2", b"a[b]=1&a[]=2", b"a[b]=1&a[b][c]=2", b"a[][][b]=1"]
)
def test_two_shapes_of_one_name_are_refused(raw: bytes) -> None:
    assert refused(raw).status == 400


@pytest.mark.parametrize("raw", [b"a=%ff", b"a=\xff", b"%c3=1", b"a=%ed%a0%80", b"a=%00", b"a%00=1"])
def test_what_is_not_text_is_refused(raw: bytes) -> None:
    assert refused(raw).status == 400


def test_size_and_depth_are_limited() -> None:
    assert refused(b"&".join([b"a=1"] * 1001)).status == 413
    assert len(parse_urlencoded(b"&".join(b"k%d=1" % n for n in range(1000)))) == 1000
    assert refused(b"a" + b"[b]" * 20 + b"=1").status == 400
    assert parse_urlencoded(b"a" + b"[b]" * 19 + b"=1")
    assert refused(b"k" * 257 + b"=1").status == 400
    assert parse_urlencoded(b"k" * 256 + b"=1")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", {}),
        (b" \r\n", {}),
        (b"null", {}),
        (b'{"a": [1, {"b": null}], "c": "\\ud83d\\ude00"}', {"a": [1, {"b": None}], "c": "😀"}),
        (b'{"f": {"0": {"n": "a"}}}', {"f": {"0": {"n": "a"}}}),
    ],
)
def test_json_bodies_are_taken_as_they_are(raw: bytes, expected: dict[str, Any]) -> None:
    assert parse_json(raw) == expected


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'"a"', 400),
        (b"NaN", 400),
        (b'{"a": 1e999}', 400),
        (b'{"a": ' + b"9" * 100_000 + b"}", 400),
        (b'{"a": "\xff"}', 400),
        (b'{"a": "\\ud800"}', 400),
        (b'{"a": "\\u0000"}', 400),
        (b'{"a": ["\\u0000"]}', 400),
        (b'{"\\u0000": 1}', 400),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 400),
        (b'{"a":' * 21 + b"1" + b"}" * 21, 400),
        (b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}", 400),
        (b'{"' + b"k" * 257 + b'": 1}', 400),
        (orjson.dumps({str(n): n for n in range(1001)}), 413),
        (orjson.dumps({"a": [{"b": n} for n in range(1000)]}), 413),
        (orjson.dumps({"a": [0] * 10_001}), 413),
    ],
)
def test_json_that_breaks_a_limit_is_refused(raw: bytes, status: int) -> None:
    assert refused(raw, parse_json).status == status


def test_json_within_the_limits_passes() -> None:
    assert parse_json(b'{"a":' * 20 + b"1" + b"}" * 20)
    assert parse_json(orjson.dumps({str(n): n for n in range(1000)}))


_NAME = st.text("abcxyz_", min_size=1, max_size=4)
_VALUE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


def _trees() -> st.SearchStrategy[Any]:
    def grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        hashes = st.dictionaries(_NAME, inner, min_size=1, max_size=3)
        return st.one_of(hashes, st.lists(inner, min_size=1, max_size=3))

    return st.dictionaries(_NAME, st.recursive(_VALUE, grow, max_leaves=8), max_size=4)


def _spell(name: str, value: Any) -> list[tuple[str, str]]:
    """*value* as pairs; lists by number, the spelling that can say any tree."""
    if isinstance(value, dict):
        return [p for key, inner in value.items() for p in _spell(f"{name}[{key}]", inner)]
    if isinstance(value, list):
        return [p for at, inner in enumerate(value) for p in _spell(f"{name}[{at}]", inner)]
    return [(name, value)]


@settings(deadline=None)
@given(_trees())
def test_any_tree_survives_the_way_through_a_form(tree: dict[str, Any]) -> None:
    pairs = [pair for name, value in tree.items() for pair in _spell(name, value)]
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    assert parse_urlencoded(body.encode()) == tree
    assert nest(pairs) == tree


@settings(deadline=None)
@given(st.dictionaries(_NAME, st.lists(_VALUE, min_size=1, max_size=5)))
def test_any_lists_survive_the_way_through_brackets(lists: dict[str, list[str]]) -> None:
    pairs = [(f"{name}[]", value) for name, values in lists.items() for value in values]
    assert nest(pairs) == lists


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text("ab[]=&%+0\0").map(str.encode)))
def test_no_form_raises_anything_but_its_own_error(raw: bytes) -> None:
    for parse in (parse_urlencoded, parse_json):
        result = outcome(parse, raw)
        if isinstance(result, HTTPError):
            assert result.status in (400, 413)
        else:
            orjson.dumps(result)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
    )
)
def test_no_json_raises_anything_but_its_own_error(value: Any) -> None:
    try:
        raw = orjson.dumps({"a": value})
    except (TypeError, ValueError):
        return
    result = outcome(parse_json, raw, Limits(depth=4, entries=5))
    if isinstance(result, HTTPError):
        assert result.status in (400, 413)
    else:
        assert result == orjson.loads(raw)
