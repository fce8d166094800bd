"""A browser without JavaScript: opens pages, reads their forms, presses their buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from stoa.core.auth import sessions
from stoa.core.house import House
from stoa.core.statuses.remembered import Remembered
from stoa.main import application
from tests.client import Answer, Client
from tests.make import Person

_VOID = frozenset(str.split("area base br col embed hr img input link meta source track wbr"))
Files = dict[str, tuple[str, bytes, str]]


@dataclass
class Form:
    """A form as it stands on the page, with the buttons that send it."""

    method: str
    action: str
    multipart: bool = False
    fields: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Button:
    text: str
    form: Form
    action: str
    name: str
    value: str


class Page(HTMLParser):
    """A page, read strictly: every element closed where it must be, no id twice."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(convert_charrefs=True)
        self.answer = answer
        self.links: list[tuple[str, dict[str, str]]] = []
        self.heads: list[tuple[str, dict[str, str]]] = []
        self.buttons: list[Button] = []
        self.faults: list[str] = []
        self.ids: set[str] = set()
        self.scripts: list[str] = []
        self._texts: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._form: Form | None = None
        self._named: dict[str, Form] = {}
        self._late: list[tuple[str, dict[str, str], int]] = []
        self._select: tuple[str, bool] | None = None
        self._started: int = 0
        self.feed(answer.text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag, _ in self._open]
        for text, given, _ in self._late:
            self._add_button(text, given, self._named[given["form"]])

    @property
    def text(self) -> str:
        """All words of the page."""
        return " ".join(" ".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) < len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if given.get("id") in self.ids:
            self.faults.append(f"id {given['id']} is there twice")
        if "id" in given:
            self.ids.add(given["id"])
        if any(name.startswith("on") or name == "style" for name in given):
            self.faults.append(f"<{tag}> carries script or style")
        if tag == "img" and "alt" not in given:
            self.faults.append("a picture has no alt text")
        if tag == "a":
            self.links.append((given.get("href", ""), given))
        if tag in ("meta", "link", "script"):
            self.heads.append((tag, given))
        self._form_part(tag, given)
        if tag not in _VOID:
            self._open.append((tag, given))
            if tag in ("button", "textarea", "script"):
                self._started = len(self._texts)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not any(name in ("svg", "math") for name, _ in self._open):
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes nothing")
            return
        _, given = self._open.pop()
        words = "".join(self._texts[self._started :])
        if tag == "button":
            text = " ".join(words.split())
            if "form" in given:
                self._late.append((text, given, 0))
            elif self._form:
                self._add_button(text, given, self._form)
        elif tag == "textarea" and self._form:
            # The first line break after <textarea> is not part of the text.
            self._form.fields.append((given["name"], words.removeprefix("\n")))
        elif tag == "script":
            if words:
                self.scripts.append(words)
            del self._texts[self._started :]
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        self._texts.append(data)

    def _form_part(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form":
            self._form = Form(
                given.get("method", "get"),
                given.get("action", ""),
                given.get("enctype") == "multipart/form-data",
            )
            if "id" in given:
                self._named[given["id"]] = self._form
        elif tag == "input" and self._form and given.get("name"):
            kind = given.get("type", "text")
            if kind == "file" or (kind in ("checkbox", "radio") and "checked" not in given):
                return
            self._form.fields.append((given["name"], given.get("value", "")))
        elif tag == "select" and self._form:
            self._select = (given["name"], "disabled" in given)
        elif tag == "option" and self._form and self._select:
            name, disabled = self._select
            known = {field_name for field_name, _ in self._form.fields}
            if disabled:
                return
            if name not in known:
                self._form.fields.append((name, given.get("value", "")))
            elif "selected" in given:
                self._form.fields = [
                    (one, given.get("value", "") if one == name else value)
                    for one, value in self._form.fields
                ]

    def _add_button(self, text: str, given: dict[str, str], form: Form) -> None:
        action = given.get("formaction", form.action)
        self.buttons.append(Button(text, form, action, given.get("name", ""), given.get("value", "")))

    def button(self, text: str, *, action: str = "") -> Button:
        """The first button whose words begin with *text* (and whose form goes to *action*…)."""
        for one in self.buttons:
            if one.text.startswith(text) and one.action.startswith(action):
                return one
        raise AssertionError(f"no button {text!r} to {action!r}, only {[b.text for b in self.buttons]}")

    def leads_to(self, address: str) -> bool:
        """Whether a link goes to *address*."""
        return any(href == address for href, _ in self.links)

    def meta(self, name: str) -> list[str]:
        """What <meta name> or <meta property> says."""
        return [
            given["content"]
            for tag, given in self.heads
            if tag == "meta" and name in (given.get("name"), given.get("property"))
        ]

    def link(self, rel: str, kind: str | None = None) -> list[str]:
        """Where <link rel> (of a type) leads."""
        return [
            given["href"]
            for tag, given in self.heads
            if tag == "link" and given.get("rel") == rel and kind in (None, given.get("type"))
        ]


class Browser:
    """Of a visitor, or of *person*, who is signed in already."""

    def __init__(self, house: House) -> None:
        self.client = Client(application(house))

    async def ask(self, path: str, **headers: str) -> Answer:
        return await self.client.get(path, headers={"accept": "text/html", **headers})

    async def open(self, path: str, *, status: int = 200) -> Page:
        """The page at *path*; follows redirects; the page must be sound."""
        for _ in range(4):
            answer = await self.ask(path)
            if answer.status not in (301, 302, 303):
                break
            parts = urlsplit(answer.headers["location"])
            path = parts.path + (f"?{parts.query}" if parts.query else "")
        assert answer.status == status, (path, answer.status, answer.text[:3000])
        return sound(answer)

    async def press(
        self,
        button: Button,
        *,
        files: Files | None = None,
        without: str = "",
        also: Mapping[str, str] | None = None,
        **filled: str,
    ) -> Answer:
        """What the server answers to the button, with some fields filled in (*also*: odd names)."""
        filled.update(also or {})
        fields = [(name, value) for name, value in button.form.fields if name not in filled]
        fields += filled.items()
        if button.name:
            fields.append((button.name, button.value))
        fields = [pair for pair in fields if pair[0] != without]
        if button.form.multipart:
            return await self.client.post(
                button.action, form=fields, files=files or {}, headers={"accept": "text/html"}
            )
        return await self.client.post(button.action, form=fields, headers={"accept": "text/html"})

    async def go(self, button: Button, **filled: Any) -> Page:
        """The page after the button and the redirect behind it."""
        answer = await self.press(button, **filled)
        assert answer.status == 303, (answer.status, re.sub(r"\s+", " ", answer.text)[:3000])
        parts = urlsplit(answer.headers["location"])
        return await self.open(parts.path + (f"?{parts.query}" if parts.query else ""))


def afresh(house: House) -> int:
    """How many statements were run so far; what was read is forgotten, so that to read it costs again."""
    house.db.memory.pop(Remembered, None)
    return house.db.statements


def sound(answer: Answer) -> Page:
    """The page in *answer*; fails where it is not well formed."""
    page = Page(answer)
    assert not page.faults, page.faults
    return page


async def browser_of(house: House, person: Person) -> Browser:
    """A browser in which *person* is signed in."""
    browser = Browser(house)
    async with house.db.write() as conn:
        cookie = await sessions.open_session(conn, person.id, ip="127.0.0.1", user_agent="test")
    browser.client.cookies["stoa_session"] = cookie
    return browser
