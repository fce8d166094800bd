"""JSON in its canonical form (RFC 8785, JCS), over which integrity proofs are made."""

from __future__ import annotations

from decimal import Decimal
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

MAX_DEPTH = 100


class NotCanonical(Exception):
    """A value has no canonical form: it is not JSON, nests too deeply, or holds half a character."""


def canonical(value: Any) -> bytes:
    """*value* (as a JSON parser returns it) in canonical form.  Raises NotCanonical.

    Numbers are IEEE doubles, as RFC 8785 section 3.2.2.3 has it: an integer that a double cannot hold
    comes out as the nearest one, which is what every other implementation signs.
    """
    parts: list[str] = []
    _write(value, parts, 0)
    try:
        return "".join(parts).encode()
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half a character") from None


def _write(value: Any, parts: list[str], depth: int) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring(value))
    elif value is None:
        parts.append("null")
    elif value is True:
        parts.append("true")
    elif value is False:
        parts.append("false")
    elif isinstance(value, int | float):
        parts.append(_number(value))
    elif depth >= MAX_DEPTH:
        raise NotCanonical("the document nests too deeply")
    elif isinstance(value, dict):
        _write_object(value, parts, depth)
    elif isinstance(value, list | tuple):
        parts.append("[")
        for place, item in enumerate(value):
            if place:
                parts.append(",")
            _write(item, parts, depth + 1)
        parts.append("]")
    else:
        raise NotCanonical(f"a {type(value).__name__} is not JSON")


def _write_object(value: dict[Any, Any], parts: list[str], depth: int) -> None:
    parts.append("{")
    for place, name in enumerate(sorted(value, key=_utf16)):
        parts.append("," if place else "")
        parts.append(encode_basestring(name))
        parts.append(":")
        _write(value[name], parts, depth + 1)
    parts.append("}")


def _utf16(name: Any) -> bytes:
    if not isinstance(name, str):
        raise NotCanonical("a name in an object is not a text")
    try:
        return name.encode("utf-16-be")  # section 3.2.3: by UTF-16 units, not by code points
    except UnicodeEncodeError:
        raise NotCanonical("a name holds half a character") from None


def _number(value: float) -> str:
    """As ECMAScript writes it (ECMA-262, Number::toString)."""
    if isinstance(value, int) and abs(value) <= 1 << 53:
        return str(value)
    try:
        double = float(value)
    except OverflowError:
        raise NotCanonical("a number is too large") from None
    if not isfinite(double):
        raise NotCanonical("a number is not finite")
    if double == 0:
        return "0"  # also for minus zero
    sign, figures, exponent = Decimal(repr(double)).normalize().as_tuple()
    digits = "".join(map(str, figures))
    point = len(digits) + int(exponent)  # where the decimal point stands, counted from the first digit
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        text = f"{mantissa}e{point - 1:+d}"
    return "-" + text if sign else text
