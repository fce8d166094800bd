"""base58btc, the alphabet in which multibase writes keys and proofs (`z…`).  Short values only."""

from __future__ import annotations

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MAX_CHARACTERS = 256  # the work grows with the square of the length

_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """*data* in base58btc, without the multibase prefix."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, rest = divmod(number, 58)
        digits.append(ALPHABET[rest])
    return "1" * zeros + "".join(reversed(digits))


def decode(text: str) -> bytes:
    """The bytes that *text* stands for; raises ValueError for another alphabet or a long text."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError("too long for base58")
    zeros = len(text) - len(text.lstrip("1"))
    number = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None:
            raise ValueError("not base58")
        number = number * 58 + value
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
