"""Multipart bodies: files on disk for as long as the request, limits, and broken bodies."""

import errno
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.asgi.errors import ClientGone, HTTPError
from stoa.asgi.requests import MIB, Request, Upload
from tests.asgi.asking import outcome, read_form, with_request

TYPE = "multipart/form-data; boundary=frontier"


def part(name: str, body: bytes, more: str = "", head: str = "") -> bytes:
    start = f'--frontier\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{head}\r\n'
    return start.encode() + body + b"\r\n"


def a_file(name: str, filename: str, body: bytes, kind: str = "image/png") -> bytes:
    return part(name, body, f'; filename="{filename}"', f"Content-Type: {kind}\r\n")


END = b"--frontier--\r\n"


def refusal(body: Any, content_type: str = TYPE, **kwargs: Any) -> HTTPError:
    with pytest.raises(HTTPError) as caught:
        with_request(read_form, body, content_type, **kwargs)
    return caught.value


def test_text_parts_nest_like_every_form() -> None:
    body = part("a[b][]", "é".encode()) + part("a[b][]", b"2") + part("empty", b"") + END
    assert with_request(read_form, body, TYPE) == {"a": {"b": ["é", "2"]}, "empty": ""}


def test_a_file_lies_on_disk_until_the_request_ends(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    seen: list[Path] = []

    async def use(request: Request) -> None:
        request.upload_folder = tmp_path
        form = await request.form(upload_limit=2 * MIB)
        upload = form["file"]
        assert isinstance(upload, Upload)
        assert (upload.filename, upload.content_type) == ("cat.png", "image/png")
        assert upload.size == len(content)
        assert upload.path.read_bytes() == content
        assert form["description"] == "a cat"
        seen.append(upload.path)

    body = a_file("file", "cat.png", content) + part("description", b"a cat") + END
    with_request(use, [body[at : at + 60_000] for at in range(0, len(body), 60_000)], TYPE)
    assert not seen[0].exists()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_moved_stays(tmp_path: Path) -> None:
    async def use(request: Request) -> None:
        upload = (await request.form())["file"]
        upload.path.rename(tmp_path / "kept")

    with_request(use, a_file("file", "a", b"abc") + END, TYPE)
    assert (tmp_path / "kept").read_bytes() == b"abc"


@pytest.mark.parametrize("hang_up", [False, True])
def test_a_body_that_stops_short_leaves_no_file(tmp_path: Path, hang_up: bool) -> None:
    async def use(request: Request) -> None:
        request.upload_folder = tmp_path
        with pytest.raises((HTTPError, ClientGone)):
            await request.form()

    with_request(use, [a_file("file", "a", b"x" * 3000)], TYPE, hang_up=hang_up)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\\\photos\\\\cat.png", "cat.png"),
        ("a/b/../../c", "c"),
        ("名前.png", "名前.png"),
        ("a\tb\x1b.png", "ab.png"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
    ],
)
def test_a_file_name_is_only_a_name(sent: str, kept: str) -> None:
    async def use(request: Request) -> Any:
        return (await request.form())["f"].filename

    assert with_request(use, a_file("f", sent, b"x") + END, TYPE) == kept


@pytest.mark.parametrize("kind", ["", "image", "a/b/c", "image/png\x7f", "x" * 300 + "/y"])
def test_a_senseless_media_type_is_just_bytes(kind: str) -> None:
    async def use(request: Request) -> Any:
        return (await request.form())["f"].content_type

    answer = with_request(use, a_file("f", "a", b"x", kind) + END, TYPE)
    assert answer == "application/octet-stream"


def test_a_file_field_without_a_file_is_not_there() -> None:
    body = a_file("avatar", "", b"") + part("note", b"hi") + END
    assert with_request(read_form, body, TYPE) == {"note": "hi"}


def test_an_empty_file_is_a_file() -> None:
    async def use(request: Request) -> Any:
        return (await request.form())["f"].size

    assert with_request(use, a_file("f", "a.txt", b"") + END, TYPE) == 0


def test_the_limit_is_that_of_any_body_unless_the_route_says_more() -> None:
    body = a_file("f", "a", b"x" * (MIB + 1)) + END
    chunks = [body[at : at + 65536] for at in range(0, len(body), 65536)]
    assert refusal(body, headers=[("content-length", str(len(body)))]).status == 413
    assert refusal(chunks).status == 413

    async def use(request: Request) -> Any:
        return (await request.form(upload_limit=2 * MIB))["f"].size

    assert with_request(use, chunks, TYPE) == MIB + 1


def test_text_in_a_large_body_is_limited_all_the_same() -> None:
    async def use(request: Request) -> Any:
        return await request.form(upload_limit=4 * MIB)

    with pytest.raises(HTTPError) as caught:
        with_request(use, [part("a", b"x" * (MIB + 1)) + END], TYPE)
    assert caught.value.status == 413


def test_parts_and_files_are_counted() -> None:
    assert refusal([b"".join(part(f"k{n}", b"") for n in range(1001)) + END]).status == 413
    assert refusal([b"".join(a_file(f"k{n}", "a", b"") for n in range(17)) + END]).status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"garbage",
        b"--other\r\n\r\n",
        part("a", b"1"),
        part("a", b"1") + b"--frontier",
        b"--frontier\r\n\r\nno head\r\n" + END,
        b"--frontier\r\nContent-Disposition: form-data\r\n\r\nno name\r\n" + END,
        b'--frontier\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n' + END,
        b"--frontier\r\n: \r\n\r\nx\r\n" + END,
        b"--frontier\r\n" + b"X-A: 1\r\n" * 1000 + b"\r\nx\r\n" + END,
        b"--frontier\r\nX-A: " + b"1" * 100_000 + b"\r\n\r\nx\r\n" + END,
        part("a", b"\xff") + END,
        part("a", b"\0") + END,
        part("a\0", b"") + END,
        part("a", b"") + part("a[b]", b"") + END,
    ],
)
def test_a_broken_body_is_refused_in_words(body: bytes) -> None:
    error = refusal(body)
    assert error.status == 400
    assert error.message.endswith(".")


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_body_without_a_boundary_is_refused(kind: str) -> None:
    assert refusal(part("a", b"1") + END, kind).status == 400


def test_an_overlong_boundary_is_refused() -> None:
    assert refusal(b"x", "multipart/form-data; boundary=" + "x" * 5000).status == 400


def test_a_full_disk_is_said_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(upload: Upload, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    async def use(request: Request) -> None:
        request.upload_folder = tmp_path
        await request.form()

    monkeypatch.setattr(Upload, "write", full)
    with pytest.raises(HTTPError) as caught:
        with_request(use, a_file("f", "a", b"x") + END, TYPE)
    assert caught.value.status == 507
    assert list(tmp_path.iterdir()) == []


_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=3),
        st.one_of(_TEXT, st.binary(max_size=60)),
        max_size=5,
    ),
    st.integers(1, 80),
)
def test_text_and_files_survive_any_cutting(values: dict[str, str | bytes], size: int) -> None:
    body = END
    for name, value in values.items():
        encoded = part(name, value.encode()) if isinstance(value, str) else a_file(name, "n", value)
        body = encoded + body

    async def use(request: Request) -> Any:
        form = await request.form()
        return {
            name: value.path.read_bytes() if isinstance(value, Upload) else value
            for name, value in form.items()
        }

    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert with_request(use, pieces, TYPE) == values


@settings(deadline=None)
@given(st.lists(st.sampled_from(
    [b"--frontier", b"--", b"\r\n", b"\r", b"\n", b"Content-Disposition: form-data; name=a", b'"', b";",
     b"filename=x", b"\xff", b"\0", b"text", b": "]), max_size=25))  # fmt: skip
def test_no_multipart_body_raises_anything_but_what_is_documented(pieces: list[bytes]) -> None:
    result = outcome(with_request, read_form, pieces, TYPE)
    assert isinstance(result, dict) or result.status in (400, 413)
