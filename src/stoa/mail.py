"""Letters, by SMTP or, where no mail is configured, into a folder for the administrator to read.

`STOA_MAIL_URL` is `smtp://USER:PASSWORD@HOST:PORT` (STARTTLS where offered) or `smtps://…`.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from stoa import ids
from stoa.settings import Settings

TIMEOUT_SECONDS = 30


class SmtpMailer:
    """Hands letters to a mail server, in a thread."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    async def send(self, to: str, subject: str, body: str) -> None:
        """Deliver or raise smtplib.SMTPException or OSError."""
        letter = compose(self._sender, to, subject, body)
        await asyncio.get_running_loop().run_in_executor(None, self._send, letter)

    def _send(self, letter: EmailMessage) -> None:
        host = self._url.hostname or "localhost"
        context = ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._url.port or 465, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, self._url.port or 587, timeout=TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            if self._url.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            server.send_message(letter)


class FolderMailer:
    """Writes letters into `outbox/` in the data folder: a server without mail loses none."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, to: str, subject: str, body: str) -> None:
        """Write one file; raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        letter = compose(self._sender, to, subject, body)
        (self._folder / f"{ids.new_id()}.eml").write_bytes(letter.as_bytes(policy=SMTP))


def compose(sender: str, to: str, subject: str, body: str) -> EmailMessage:
    """A letter; raises ValueError for an address or a subject that would break out of its header."""
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain=sender.rsplit("@", 1)[-1])
    letter.set_content(body)
    return letter


def mailer_for(settings: Settings) -> SmtpMailer | FolderMailer:
    """The mailer that *settings* ask for."""
    host = settings.domain.split(":")[0]
    sender = settings.mail_from or f"stoa@{host}"
    if settings.mail_url:
        return SmtpMailer(settings.mail_url, sender)
    return FolderMailer(settings.data / "outbox", sender)
