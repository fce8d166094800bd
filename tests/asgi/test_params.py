"""Parameters to structs: forgiving as Rails where apps need it, clear where they err."""

from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Meta, UnsetType

from stoa.asgi.errors import HTTPError
from stoa.asgi.forms import parse_json, parse_urlencoded
from stoa.asgi.multipart import Upload
from stoa.asgi.params import MAX_CHARACTERS, BadParam, decode
from tests.asgi.asking import outcome

DATE = "scheduled_at must be a date such as 2031-05-01, with a time such as T12:30:00Z if one is asked for."


class Policy(Enum):
    FILTER = "filter"
    DROP = "drop"


class Poll(msgspec.Struct):
    options: list[Annotated[str, Meta(max_length=50)]]
    expires_in: int = 300
    multiple: bool = False


class Field(msgspec.Struct):
    name: str = ""
    value: str = ""


class Draft(msgspec.Struct):
    status: Annotated[str, Meta(max_length=20_000)] = ""
    in_reply_to_id: str | None = None
    media_ids: list[str] = []
    sensitive: bool = False
    visibility: Literal["public", "unlisted"] | None = None
    poll: Poll | None = None
    fields: list[Field] = []
    scheduled_at: datetime | None = None
    note: str | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=80)] = 20
    ratio: float = 1.0
    policy: Policy = Policy.FILTER
    codes: tuple[int, ...] = ()
    kinds: frozenset[str] = frozenset()
    counts: dict[str, int] = {}
    avatar: Upload | None = None
    handle: Annotated[str, Meta(pattern="^[a-z]*$", min_length=0)] = ""
    type_: Annotated[str, Meta(min_length=2)] = msgspec.field(default="xx", name="type")


def form(raw: str) -> Draft:
    return decode(Draft, parse_urlencoded(raw.encode()))


def complaint(raw: str) -> tuple[str, str]:
    with pytest.raises(BadParam) as caught:
        form(raw)
    assert caught.value.status == 422
    return caught.value.field, caught.value.message


@pytest.mark.parametrize("word", ["true", "1", "on", "t", "True", "TRUE", "yes", " true "])
def test_words_for_yes_are_true(word: str) -> None:
    assert form(f"sensitive={word}").sensitive is True


@pytest.mark.parametrize("word", ["false", "0", "off", "f", "False", "", "no"])
def test_words_for_no_are_false(word: str) -> None:
    assert decode(Poll, {"options": [], "multiple": word}).multiple is False


@pytest.mark.parametrize(("value", "expected"), [(True, True), (1, True), (0, False), (False, False)])
def test_json_may_say_yes_with_a_number(value: object, expected: bool) -> None:
    assert decode(Draft, {"sensitive": value}).sensitive is expected


def test_numbers_come_as_text() -> None:
    draft = form("limit=12&ratio=1.5&codes[]=7&codes[]=-8&counts[a]=3")
    assert (draft.limit, draft.ratio, draft.codes) == (12, 1.5, (7, -8))
    assert draft.counts == {"a": 3}


def test_empty_text_is_none_where_none_is_allowed_and_the_default_for_numbers() -> None:
    draft = form("in_reply_to_id=&visibility=&poll=&scheduled_at=&limit=&ratio=&policy=&avatar=")
    assert draft == Draft()


def test_null_is_as_good_as_absent() -> None:
    names = [field.encode_name for field in msgspec.structs.fields(Draft)]
    assert decode(Draft, dict.fromkeys(names)) == Draft()


def test_empty_text_and_absent_can_be_told_apart() -> None:
    assert form("note=").note == ""
    assert form("").note is UNSET


def test_an_optional_list_and_an_optional_struct_are_read() -> None:
    draft = form("poll[options][]=a&poll[options][]=b&poll[multiple]=1")
    assert draft.poll == Poll(["a", "b"], multiple=True)


@pytest.mark.parametrize(
    "raw", ["media_ids[]=1&media_ids[]=2", "media_ids=1&media_ids=2", "media_ids[0]=1&media_ids[1]=2"]
)
def test_lists_come_in_every_spelling(raw: str) -> None:
    assert form(raw).media_ids == ["1", "2"]


def test_one_value_is_a_list_of_one_and_an_empty_one_the_empty_list() -> None:
    assert form("media_ids=1").media_ids == ["1"]
    assert form("media_ids[]=").media_ids == []
    assert form("media_ids=").media_ids == []
    assert form("kinds[]=a&kinds[]=a").kinds == {"a"}


def test_a_repeated_name_is_its_last_value_where_one_is_wanted() -> None:
    value = form("status=a&status=b").status
    assert value == "b"
    assert type(value) is str


def test_numbered_hashes_in_json_are_lists_too() -> None:
    data = parse_json(b'{"fields": {"1": {"name": "b"}, "0": {"name": "a"}}}')
    assert decode(Draft, data).fields == [Field("a"), Field("b")]


def test_ids_may_be_json_numbers_and_dates_are_dates() -> None:
    data = {"in_reply_to_id": 7, "scheduled_at": "2031-05-01T12:30:00Z"}
    draft = decode(Draft, data)
    assert draft.in_reply_to_id == "7"
    assert draft.scheduled_at == datetime(2031, 5, 1, 12, 30, tzinfo=UTC)


def test_names_on_the_wire_and_choices_are_understood() -> None:
    draft = form("type=ab&policy=drop&visibility=unlisted&unknown=1")
    assert (draft.type_, draft.policy, draft.visibility) == ("ab", Policy.DROP, "unlisted")


def test_uploads_pass_and_text_is_no_file(tmp_path: Path) -> None:
    upload = Upload("a.png", "image/png", tmp_path)
    assert decode(Draft, {"avatar": upload}).avatar is upload
    upload.discard()
    assert complaint("avatar=x") == ("avatar", "avatar must be a file.")


@pytest.mark.parametrize(
    ("raw", "field", "message"),
    [
        ("limit=ten", "limit", "limit must be a whole number."),
        ("limit=1.5", "limit", "limit must be a whole number."),
        ("limit=" + "9" * 5000, "limit", "limit must be a whole number."),
        ("limit=9223372036854775808", "limit", "limit must be a whole number."),
        ("limit=٣", "limit", "limit must be a whole number."),
        ("limit=0", "limit", "limit must be at least 1."),
        ("limit=81", "limit", "limit must be at most 80."),
        ("limit[]=1", "limit", "limit must be a whole number."),
        ("ratio=inf", "ratio", "ratio must be a number."),
        ("ratio=1e999", "ratio", "ratio must be a number."),
        ("sensitive=maybe", "sensitive", "sensitive must be true or false."),
        ("status[]=a", "status", "status must be text."),
        ("note=" + "a" * (MAX_CHARACTERS + 1), "note", "note must have at most 10000 characters."),
        ("status=" + "a" * 20_001, "status", "status must have at most 20000 characters."),
        ("type=a", "type", "type must have at least 2 characters."),
        ("handle=A", "handle", "handle has characters that are not allowed."),
        ("visibility=loud", "visibility", "visibility must be one of public, unlisted."),
        ("policy=x", "policy", "policy must be one of filter, drop."),
        ("poll[multiple]=1", "poll[options]", "poll[options] is required."),
        ("poll=1", "poll", "poll must be a set of named values."),
        ("counts[a]=x", "counts[a]", "counts[a] must be a whole number."),
        ("fields[]=x", "fields[0]", "fields[0] must be a set of named values."),
        ("codes[]=1&codes[]=x", "codes[1]", "codes[1] must be a whole number."),
        (
            "poll[options][]=a&poll[options][]=" + "b" * 51,
            "poll[options][1]",
            "poll[options][1] must have at most 50 characters.",
        ),
        (
            "scheduled_at=soon",
            "scheduled_at",
            DATE,
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_in_plain_words(raw: str, field: str, message: str) -> None:
    assert complaint(raw) == (field, message)


@settings(deadline=None)
@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_every_whole_number_survives_the_way_through_text(number: int) -> None:
    assert decode(Draft, {"codes": [str(number)]}).codes == (number,)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
_NAMES = [field.encode_name for field in msgspec.structs.fields(Draft)]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES), _ANY))
def test_whatever_is_given_it_decodes_or_complains(data: dict[str, Any]) -> None:
    draft = outcome(decode, Draft, data)
    if isinstance(draft, HTTPError):
        assert draft.status == 422
        assert draft.message.endswith(".")
    else:
        assert isinstance(draft, Draft)
