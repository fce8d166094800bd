"""Filling in forms as a browser without JavaScript does."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.client import Answer, Client
from tests.make import PASSWORD

PAGE = {"accept": "text/html"}


@dataclass
class Form:
    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form((given.get("method") or "get").lower(), given.get("action") or ""))
            self._inside = True
        elif tag in ("input", "textarea") and self._inside and given.get("name"):
            if given.get("type") != "checkbox":
                self.forms[-1].fields[str(given["name"])] = given.get("value") or ""
            self.forms[-1].types[str(given["name"])] = given.get("type") or "text"

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def forms_of(answer: Answer) -> list[Form]:
    """The POST forms of a page, in order."""
    reader = _Reader()
    reader.feed(answer.text)
    return [form for form in reader.forms if form.method == "post"]


async def send(client: Client, form: Form, **filled: Any) -> Answer:
    return await client.post(form.action, form={**form.fields, **filled}, headers=PAGE)


async def sign_in(client: Client, email: str, password: str = PASSWORD, next_: str = "/") -> Answer:
    page = await client.get("/sign-in", query={"next": next_}, headers=PAGE)
    return await send(client, forms_of(page)[0], email=email, password=password)


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))
