"""Letters leave by SMTP or wait in a folder; nothing in them breaks out of its header."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from pathlib import Path

import pytest

from stoa.mail import FolderMailer, SmtpMailer, compose, mailer_for
from stoa.settings import load


async def test_without_mail_configured_letters_are_kept_in_a_folder(tmp_path: Path) -> None:
    mailer = mailer_for(load(data=tmp_path, environ={}))
    assert isinstance(mailer, FolderMailer)
    await mailer.send("alice@mail.example", "Grüße", "Hällo\n")
    [path] = (tmp_path / "outbox").glob("*.eml")
    letter = message_from_bytes(path.read_bytes())
    assert letter["To"] == "alice@mail.example"
    assert letter["From"] == "stoa@localhost"


@pytest.mark.parametrize("value", ["a@b.example\nBcc: all@b.example", "a@b.example\r\nX: y"])
def test_a_line_break_in_a_header_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        compose("stoa@localhost", value, "Hello", "")
    with pytest.raises(ValueError):
        compose("stoa@localhost", "a@b.example", f"Hello {value}", "")


async def test_a_letter_is_handed_to_the_mail_server() -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        in_data = False
        while line := await reader.readline():
            if in_data:
                received.append(line)
                if line == b".\r\n":
                    in_data = False
                    writer.write(b"250 taken\r\n")
                continue
            verb = line[:4].upper()
            in_data = verb == b"DATA"
            writer.write(
                b"354 go on\r\n" if in_data else b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"
            )
            if verb == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await SmtpMailer(f"smtp://127.0.0.1:{port}", "stoa@stoa.example").send("a@b.example", "Hello", "There")
    server.close()
    letter = message_from_bytes(b"".join(received))
    assert letter["Subject"] == "Hello"
    assert letter["To"] == "a@b.example"


async def test_a_mail_server_that_is_not_there_is_an_error_and_no_silence() -> None:
    with pytest.raises(OSError):
        await SmtpMailer("smtp://127.0.0.1:9", "stoa@stoa.example").send("a@b.example", "Hello", "There")
