"""A small village on a real server, and Chromium to look at it."""

from __future__ import annotations

import contextlib
import json
import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.live.serving import Server, serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PASSWORD = "correct horse battery"
PARAGRAPH = (
    "People who read to the end of a long text have earned the right to be listened to, and those who "
    "write one owe them a reason for every line. "
)
ESSAY = 'From "The Analyst":\n\nTHE PORCH AND THE MARKET\n\n' + "\n\n".join([PARAGRAPH * 3] * 8)
MATHS = (
    "# On sums\n\nA sum \\(\\sum_{k=1}^n \\frac1k\\) grows.[^1]\n\n## How fast\n\n"
    "$$\\ln n + \\gamma + \\frac{1}{2n} - \\frac{1}{12n^2} + \\frac{1}{120n^4} - \\cdots + "
    "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}$$\n\n"
    "### In code\n\n```python\ndef total(n: int) -> float:  # a comment that is much too long for the "
    "screen of a telephone\n    return sum(1 / k for k in range(1, n + 1))\n```\n\n## A table\n\n"
    "| n | sum | remark |\n|--:|--:|---|\n| 10 | 2.92897 | small |\n\n> A quotation.\n\n- one\n- two\n\n"
    "https://example.com/an/address/that/goes/on/and/on/and/on/without/any/end/at/all #maths @ada\n\n"
    "[^1]: Slowly.\n"
)
ARABIC = "في مديح المقهى القديم، حيث كان الناس يجلسون ويسمعون قبل أن يتكلّموا. #مقهى"


@dataclass
class Village:
    """A running server and the ids of what was posted there."""

    server: Server
    tokens: dict[str, str] = field(default_factory=dict)
    posts: dict[str, str] = field(default_factory=dict)

    def settle(self, name: str) -> None:
        """Somebody moves in."""
        self.server.command(
            "account", "create", name, "--email", f"{name}@mail.example", "--password", PASSWORD
        )
        token = self.server.command("token", "create", name, "--scopes", "read write follow")
        self.tokens[name] = token.strip()

    def call(self, name: str, path: str, **data: Any) -> Any:
        """POST to the API as *name*."""
        request = urllib.request.Request(
            f"{self.server.base}{path}",
            json.dumps(data).encode(),
            {"authorization": f"Bearer {self.tokens[name]}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def say(self, name: str, key: str, status: str, **more: Any) -> str:
        """*name* posts; remembered as *key*."""
        self.posts[key] = self.call(name, "/api/v1/statuses", status=status, **more)["id"]
        return self.posts[key]


@contextlib.contextmanager
def building(folder: Path) -> Iterator[Village]:
    """The village, on a server of its own in *folder*."""
    with serving(folder) as server:
        made = Village(server)
        for name in ("ada", "bob", "omar"):
            made.settle(name)
        made.say("ada", "essay", ESSAY)
        made.say("ada", "part", "And so it goes on. " + PARAGRAPH, in_reply_to_id=made.posts["essay"])
        parent = made.posts["essay"]
        for number in range(12):
            name = ("bob", "omar", "ada")[number % 3]
            words = f"@bob Answer {number}. {PARAGRAPH}" if number % 4 else f"@bob {ARABIC}"
            reply = made.say(name, f"reply{number}", words, in_reply_to_id=parent)
            parent = reply if number % 5 else made.posts["essay"]
        made.say("ada", "maths", MATHS, content_type="text/markdown")
        made.say("omar", "arabic", ARABIC, language="ar")
        made.say("bob", "warned", "The butler did it.", spoiler_text="An ending")
        made.say("bob", "poll", "Well?", poll={"options": ["Yes", "No"], "expires_in": 3600})
        made.say("ada", "private", "Between us", visibility="private")
        for name in ("bob", "omar"):
            ada = made.call(name, f"/api/v1/statuses/{made.posts['essay']}/favourite")["account"]["id"]
            made.call(name, f"/api/v1/accounts/{ada}/follow")
        made.say("bob", "direct", "@ada Tea at five?", visibility="direct")
        made.posts["list"] = made.call("ada", "/api/v1/lists", title="The porch")["id"]
        yield made


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with building(tmp_path_factory.mktemp("village")) as made:
        yield made


# No longer than a module: while Playwright is at work its event loop counts as running in this
# thread, and no other test could start one.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM, "these tests need Chromium: apt install chromium"
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
