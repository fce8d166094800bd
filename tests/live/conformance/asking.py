"""Calling an endpoint by its documented name, and checking whatever can be checked about the answer.

    found = ask("GET /api/v1/lists/:id", id=made["id"])
    ask("POST /api/v1/statuses", "bob", status="Hello.", visibility="public")

Named values go where the documentation puts them: into the path, the query or the body.  The first time
an endpoint is called it is also called without a token, and with one that is for something else.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from tests import contract
from tests.client import _multipart
from tests.live.conformance.entities import misshapen
from tests.live.conformance.findings import Findings, key, parameters
from tests.live.serving import Server

File = tuple[str, bytes, str]
PATIENCE_SECONDS = 60

# Successes that are not 200 alone.
STATUSES = {
    "POST /api/v1/annual_reports/:year/generate": (200, 202),
    "POST /api/v2/media": (200, 202),
    "GET /api/v1/media/:id": (200, 206),
    "GET /api/v1/timelines/home": (200, 206),
}
# Documented as for those with a token, and open to everybody here, each with its reason.
OPEN = {
    "GET /api/v1/accounts/lookup": "web clients look up the profile in an address before anybody signs in",
}
# Paging by max_id, but without a Link: where the documentation has none.
WITHOUT_LINK = frozenset(("GET /api/v2/search",))


LAST_ID = "9" * 18
PLAUSIBLE: dict[str, Any] = {
    "max_id": LAST_ID, "since_id": "1", "min_id": "1", "limit": 2, "offset": 0, "q": "a", "ip": "127.0.0.1",
    "types[]": ["mention", "favourite", "follow"], "exclude_types[]": ["poll"],
    "grouped_types[]": ["favourite"], "supported_types[]": ["mention", "follow"],
    "expand_accounts": "partial_avatars", "account_id": "1", "target_account_id": "1", "order": "new",
    "type": "statuses", "origin": "local", "status": "active", "permissions": "staff", "role_ids[]": ["1"],
    "by_domain": "there.example", "email": "alice@mail.example", "username": "alice",
    "display_name": "Alice", "invited_by": "1", "tagged": "stoa", "timeline[]": ["home", "notifications"],
    "any[]": ["stoa"], "all[]": ["stoa"], "none[]": ["nothing"], "id[]": ["1"],
}  # fmt: skip


def _plausible(name: str, kind: str) -> Any:
    return PLAUSIBLE.get(name, "true" if kind == "Boolean" else "1")


class Answer(NamedTuple):
    """Status, headers (lower-case names) and what was in the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Tokens(NamedTuple):
    """Whose calls are made with what: name → token, and two that are for next to nothing."""

    of: dict[str, str]
    reports: str  # write:reports
    push: str


@cache
def _known() -> dict[str, dict[str, Any]]:
    return {key(endpoint): endpoint for endpoint in contract.endpoints()}


class Asker:
    """Calls *server* and tells *findings*."""

    def __init__(self, server: Server, findings: Findings, tokens: Tokens) -> None:
        self.server, self.findings, self.tokens = server, findings, tokens

    def __call__(self, name: str, who: str | None = "alice", /, **given: Any) -> Any:
        """The JSON of the answer to *name*, checked; None where there was none to be had."""
        answer = self.answer(name, who, **given)
        return answer.json if answer.status < 300 else None

    def read(self, name: str, who: str | None = "alice", /, **given: Any) -> Any:
        """The same for what is read: plainly, a page of one, and with everything one may ask for."""
        may = {one["name"]: one["type"] for one in parameters()[name] if one["in"] == "query"}
        if "max_id" in may:
            self(name, who, **given, max_id=LAST_ID, limit=1)
        if may:
            self(name, who, **({one: _plausible(one, kind) for one, kind in may.items()} | given))
        return self(name, who, **given)

    def answer(
        self, name: str, who: str | None = "alice", /, *, files: dict[str, File] | None = None, **given: Any
    ) -> Answer:
        """The whole answer to *name*, checked."""
        endpoint = _known()[name]
        path, query, body = _placed(name, given)
        token = self.tokens.of[who] if who else None

        def send(token: str | None) -> Answer:
            answer = self.send(endpoint["method"], path, token=token, query=query, body=body, files=files)
            if endpoint["returns"] == "HTML" and answer.status == 303:  # sign in first
                return self.send(
                    "GET",
                    answer.headers["location"].removeprefix(self.server.base),
                    headers={"accept": "text/html"},
                )
            return answer

        if name not in self.findings.called:
            self.refused(name, send)
        answer = send(token)
        if answer.status not in STATUSES.get(name, (200,)):
            self.findings.wrong(name, f"{answer.status} {answer.body[:300]!r} to {query or ''}{body or ''}")
            return answer
        self.findings.called[name] += 1
        sent = {*_flat(query), *_flat(body), *(files or ())}
        self.findings.sent |= {(name, one) for one in sent}
        self._look(name, endpoint, answer)
        if "max_id" in query and _listed(answer.json) and name not in WITHOUT_LINK:
            self._paged(name, answer)
        return answer

    def beyond(self, method: str, path: str, who: str, kind: str = "", **body: Any) -> Any:
        """The JSON of an answer of what is not documented; checked as *kind*."""
        answer = self.send(method, path, token=self.tokens.of[who], body=body)
        if answer.status >= 300:
            self.findings.wrong(f"{method} {path}", f"{answer.status} {answer.body[:300]!r}")
        elif kind:
            self.findings.look(f"{method} {path}", answer.json, kind)
        return answer.json

    def send(
        self, method: str, path: str, *, token: str | None = None, query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None, files: dict[str, File] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """What the server answers; nothing is checked."""
        headers = {"accept": "application/json"} | (headers or {})
        if token:
            headers["authorization"] = f"Bearer {token}"
        data = None
        if files:
            data, headers["content-type"] = _multipart(body or {}, files)
        elif body:
            data, headers["content-type"] = json.dumps(body).encode(), "application/json"
        address = quote(path, safe="/@:%?&=+") + (f"?{urlencode(query, doseq=True)}" if query else "")
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, address, data, headers)
            answer = connection.getresponse()
            return Answer(answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def refused(self, name: str, send: Callable[[str | None], Answer]) -> None:
        """Without a token, and with one for something else, nothing happens."""
        endpoint = _known()[name]
        if endpoint["auth"] not in ("user", "app") or name in OPEN:
            return
        trials: list[tuple[str | None, int]] = [(None, 401)]
        if endpoint["auth"] == "user" and endpoint["scopes"]:
            narrow = self.tokens.push if endpoint["section"] == "reports" else self.tokens.reports
            trials.append((narrow, 403))
        for token, expected in trials:
            answer = send(token)
            if answer.status != expected:
                self.findings.wrong(
                    name, f"{answer.status} {'for something else' if token else 'without a token'}"
                )
            else:
                self.findings.look(name, answer.json, "Error")

    def _look(self, name: str, endpoint: dict[str, Any], answer: Answer) -> None:
        kind, value = endpoint["returns"], answer.json
        if kind in ("Text", "HTML"):
            if kind == "HTML" and b"<html" not in answer.body:
                self.findings.wrong(name, "it is no page")
        elif kind == "Empty":
            if value != {}:
                self.findings.wrong(name, f"it is not empty but {answer.body[:80]!r}")
        elif shape := endpoint.get("returns_shape"):
            for one in value if kind == "[Hash]" else [value]:
                for problem in misshapen(one, shape):
                    self.findings.wrong(name, problem)
                for field, rule in shape.items():
                    if isinstance(one, dict) and one.get(field) is not None:
                        self.findings.look(name, one[field], rule["type"])
        else:
            self.findings.look(name, value, kind)

    def _paged(self, name: str, answer: Answer) -> None:
        link = answer.headers.get("link", "")
        if 'rel="prev"' not in link and 'rel="next"' not in link:
            self.findings.wrong(name, f"a page without a Link to the others: {link!r}")


def _listed(value: Any) -> Any:
    return value.get("notification_groups") if isinstance(value, dict) else value


def _placed(name: str, given: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Path, query and body."""
    endpoint = _known()[name]
    path = endpoint.get("path_alt", endpoint["path"])
    named = re.findall(r":(\w+)", path)
    asked = {one["name"] for one in parameters()[name] if one["in"] == "query"}
    query, body = {}, {}
    for field, value in given.items():
        if field in named:
            path = path.replace(f":{field}", quote(str(value), safe=""), 1)
        elif endpoint["method"] == "GET" or field in asked:
            query[field] = value
        else:
            body[field] = value
    return path, query, body


def _flat(given: Any, before: str = "") -> Iterator[str]:
    """`poll[options][]` and the like, as the documentation spells what was given."""
    if isinstance(given, dict):
        for field, value in given.items():
            place = ":index" if before and field.isdigit() else field
            yield from _flat(value, f"{before}[{place}]" if before else place)
    elif isinstance(given, list):
        for one in given:
            yield from _flat(one, before if before.endswith("[]") else f"{before}[]")
        yield before
    else:
        yield before
