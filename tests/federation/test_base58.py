"""base58btc is read and written as everybody does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.federation import base58


@pytest.mark.parametrize(
    ("text", "data"),
    # draft-msporny-base58-03 section 5.
    [
        ("2NEpo7TZRRrLZSi2U", b"Hello World!"),
        (
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
            b"The quick brown fox jumps over the lazy dog.",
        ),
        ("11233QC4", bytes.fromhex("0000287fb4cd")),
    ],
)
def test_the_examples_of_its_draft(text: str, data: bytes) -> None:
    assert base58.encode(data) == text
    assert base58.decode(text) == data


@given(st.binary(max_size=100))
def test_what_is_written_can_be_read(data: bytes) -> None:
    assert base58.decode(base58.encode(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "a b", "é", "1" * 257])
def test_another_alphabet_or_a_long_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        base58.decode(text)
