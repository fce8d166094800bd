"""From nested parameters to a typed struct, as forgiving as Rails and as exact as msgspec.

    class Page(msgspec.Struct):
        limit: Annotated[int, msgspec.Meta(ge=1, le=80)] = 20
        max_id: str | None = None
        local: bool = False

    page = decode(Page, request.query)

Forms know only text, so "true", "1", "on" are true, "12" is a number, one value is a list of one,
{"0": ..., "1": ...} is a list.  Empty text is None where None is allowed, and the default where a
number is wanted.  A field for which empty and absent differ is typed `str | UnsetType = UNSET`.
Unknown names are ignored.  What does not fit raises BadParam, which names the parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from stoa.asgi.errors import HTTPError
from stoa.asgi.forms import Repeated, in_number_order, is_numbered

T = TypeVar("T", bound=msgspec.Struct)

MAX_CHARACTERS = 10_000  # of a text whose type says nothing about its length

_TRUE = frozenset(("true", "1", "on", "t", "yes", "y"))
_FALSE = frozenset(("false", "0", "off", "f", "no", "n", ""))
_WHOLE = re.compile(r"\A[+-]?[0-9]{1,19}\Z", re.ASCII)
_NUMBER = re.compile(r"\A[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?\Z", re.ASCII)
_LARGEST = 2**63 - 1

# Takes a value and its name; returns what msgspec should see, or raises BadParam.
_Coerce = Callable[[Any, str], Any]


class BadParam(HTTPError):
    """422: the parameter *field* has a value that does not fit; *message* is a full sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(422, message)
        self.field = field


class _Absent:
    """Stands for "as if it had not been given"."""


_ABSENT = _Absent()


def decode(struct: type[T], data: Mapping[str, Any]) -> T:
    """*data* as a *struct*; raises BadParam for the first parameter that does not fit."""
    value = _fields(struct)(data, "")
    try:
        return msgspec.convert(value, struct)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None


@cache
def _fields(struct: type[msgspec.Struct]) -> _Coerce:
    about = inspect.type_info(struct)
    assert isinstance(about, inspect.StructType)
    # Filled below, since a struct may hold others of its own kind.
    plan: list[tuple[str, bool, inspect.Type]] = [
        (field.encode_name, field.required, field.type) for field in about.fields
    ]
    coercions: dict[str, _Coerce] = {}

    def coerce(value: Any, name: str) -> Any:
        if not isinstance(value, Mapping):
            raise BadParam(name, f"{name} must be a set of named values.")
        if not coercions:
            coercions.update((key, _coercion(kind)) for key, _, kind in plan)
        result = {}
        for key, required, _ in plan:
            inner = f"{name}[{key}]" if name else key
            if key in value:
                coerced = coercions[key](value[key], inner)
                if coerced is not _ABSENT:
                    result[key] = coerced
                    continue
            if required:
                raise BadParam(inner, f"{inner} is required.")
        return result

    return coerce


def _coercion(kind: inspect.Type) -> _Coerce:
    """How a value becomes one of *kind*; what is left to msgspec passes unchanged."""
    if isinstance(kind, inspect.Metadata):
        return _coercion(kind.type)
    if isinstance(kind, inspect.UnionType):
        return _union(kind)
    if isinstance(kind, inspect.StrType):
        return _text(kind)
    if isinstance(kind, (inspect.ListType, inspect.SetType, inspect.FrozenSetType)):
        return _list(_coercion(kind.item_type))
    if isinstance(kind, inspect.VarTupleType):
        return _list(_coercion(kind.item_type))
    if isinstance(kind, inspect.DictType):
        return _dict(_coercion(kind.value_type))
    if isinstance(kind, inspect.StructType):
        return _fields(kind.cls)
    if isinstance(kind, inspect.LiteralType):
        return _choice(kind.values)
    if isinstance(kind, inspect.EnumType):
        return _choice(tuple(member.value for member in kind.cls))
    return _SIMPLE.get(type(kind), _last)


def _last(value: Any, name: str) -> Any:
    return str(value) if isinstance(value, Repeated) else value


def _filled(value: Any, name: str) -> Any:
    """Empty text is no moment, number or file: the default stands."""
    return _ABSENT if value is None or value == "" else _last(value, name)


def _bool(value: Any, name: str) -> Any:
    if value is None:
        return _ABSENT
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    elif value in (0, 1) and isinstance(value, (bool, int)):
        return bool(value)
    raise BadParam(name, f"{name} must be true or false.")


def _int(value: Any, name: str) -> Any:
    if value is None:
        return _ABSENT
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return _ABSENT
        if _WHOLE.match(value):
            value = int(value)
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        raise BadParam(name, f"{name} must be a whole number.")
    return value


def _float(value: Any, name: str) -> Any:
    if value is None:
        return _ABSENT
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return _ABSENT
        if _NUMBER.match(value):
            value = float(value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not abs(value) <= 1e300:  # "not <=" also keeps NaN out
        raise BadParam(name, f"{name} must be a number.")
    return float(value)


def _text(kind: inspect.StrType) -> _Coerce:
    unlimited = kind.max_length is None

    def coerce(value: Any, name: str) -> Any:
        if value is None:
            return _ABSENT
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # JSON from apps that think of ids as numbers
        if not isinstance(value, str):
            raise BadParam(name, f"{name} must be text.")
        if unlimited and len(value) > MAX_CHARACTERS:
            raise BadParam(name, f"{name} must have at most {MAX_CHARACTERS} characters.")
        return str(value)

    return coerce


def _choice(values: tuple[Any, ...]) -> _Coerce:
    """One of *values*, given as itself or, for numbers, as text."""
    by_text = {str(value): value for value in values}
    words = ", ".join(by_text)

    def coerce(value: Any, name: str) -> Any:
        if value is None:
            return _ABSENT
        if isinstance(value, (str, int)) and str(value) in by_text:
            return by_text[str(value)]
        if value == "":
            return _ABSENT
        raise BadParam(name, f"{name} must be one of {words}.")

    return coerce


def _list(item: _Coerce) -> _Coerce:
    def coerce(value: Any, name: str) -> Any:
        if value is None:
            return _ABSENT
        if isinstance(value, Repeated):
            value = value.values
        elif isinstance(value, dict) and is_numbered(value):
            value = in_number_order(value)
        elif not isinstance(value, (list, tuple)):
            value = [value]
        # A form says "the empty list" by one empty entry, for it cannot say nothing.
        if len(value) == 1 and value[0] == "":
            return []
        result = [item(entry, f"{name}[{index}]") for index, entry in enumerate(value)]
        return [entry for entry in result if entry is not _ABSENT]

    return coerce


def _dict(item: _Coerce) -> _Coerce:
    def coerce(value: Any, name: str) -> Any:
        if value is None or value == "":
            return _ABSENT
        if not isinstance(value, Mapping):
            raise BadParam(name, f"{name} must be a set of named values.")
        result = {key: item(entry, f"{name}[{key}]") for key, entry in value.items()}
        return {key: entry for key, entry in result.items() if entry is not _ABSENT}

    return coerce


def _union(kind: inspect.UnionType) -> _Coerce:
    """The first member that takes the value; None for nothing where None is a member."""
    members = [_coercion(m) for m in kind.types if not isinstance(m, inspect.NoneType)]
    optional = len(members) < len(kind.types)

    def coerce(value: Any, name: str) -> Any:
        if optional and (value is None or value == ""):
            return None
        failure = None
        for member in members:
            try:
                return member(value, name)
            except BadParam as error:
                failure = failure or error
        raise failure or BadParam(name, f"{name} must be empty.")

    return coerce


_SIMPLE: dict[type[inspect.Type], _Coerce] = {
    inspect.BoolType: _bool,
    inspect.IntType: _int,
    inspect.FloatType: _float,
    inspect.DateTimeType: _filled,
    inspect.DateType: _filled,
    inspect.CustomType: _filled,
}

_LENGTH = re.compile(r"Expected `(str|array|object)` of length (<=|>=|==) (\d+)")
_BOUND = re.compile(r"Expected `(?:int|float)` (<=|<|>=|>) (\S+?)(?: - at|$)")
_WORDS = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than", "==": "exactly"}
_EXPECTED = {
    "int": "must be a whole number",
    "float": "must be a number",
    "bool": "must be true or false",
    "str": "must be text",
    "array": "must be a list",
    "object": "must be a set of named values",
    "Upload": "must be a file",
}


def _explained(error: str) -> BadParam:
    """What msgspec says, for people: `Expected ... - at `$.poll.options[0]`` names poll[options][0]."""
    said, _, where = error.partition(" - at `$")
    steps = re.findall(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]", where)
    names = [name or index for name, index in steps]
    field = "".join([*names[:1], *(f"[{name}]" for name in names[1:])]) or "The request"
    return BadParam(field, f"{field} {_reason(said)}.")


def _reason(said: str) -> str:
    if match := _LENGTH.match(said):
        unit = "characters" if match[1] == "str" else "entries"
        return f"must have {_WORDS[match[2]]} {match[3]} {unit}"
    if match := _BOUND.match(said):
        return f"must be {_WORDS[match[1]]} {match[2]}"
    if "matching regex" in said:
        return "has characters that are not allowed"
    if "RFC3339" in said or "ISO8601" in said or "datetime" in said:
        return "must be a date such as 2031-05-01, with a time such as T12:30:00Z if one is asked for"
    expected = said.removeprefix("Expected `").partition("`")[0].partition(" ")[0]
    return _EXPECTED.get(expected, "has a value that does not fit")
