"""The main job with stock clients: write at length from any app, be read by everyone.

Each client signs in through OAuth and publishes an analysis of 4,000 characters and its continuation;
a second person follows, answers, favourites and boosts; a visitor reads it all without JavaScript.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import mastodon
import playwright
from playwright.sync_api import sync_playwright

from stoa.main.demo.texts import ANALYSIS, CONTINUATION
from tests.live.serving import Browser, Server
from tests.live.watched import picture

PASSWORD = "a long enough password"
NATIVE = "urn:ietf:wg:oauth:2.0:oob"
STOCK = Path(__file__).parent / "stock"
# The Node.js inside Playwright's package: nothing else to install.
NODE = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# To start toot takes it longer than what it then does.
ONE_AFTER_THE_OTHER = """
import json, sys
from click.testing import CliRunner
from toot.cli import cli
print(json.dumps([CliRunner().invoke(cli, words).output for words in json.loads(sys.argv[1])]))
"""


def email_of(name: str) -> str:
    return f"{name}@mail.example"


def register(server: Server, name: str) -> None:
    """Join by the page for it: in Chromium where there is one, else in our browser without JavaScript."""
    if CHROMIUM is None:
        browser = Browser(server.base)
        page = browser.get("/sign-up")
        filled = {"username": name, "email": email_of(name), "password": PASSWORD, "agreement": "1"}
        page = browser.send(page, page.forms[0], **filled)
        assert "/sign-up" not in page.url, page.text
        return
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = chromium.new_page()
        tab.goto(f"{server.base}/sign-up")
        tab.fill("form input[name=username]", name)
        tab.fill("form input[name=email]", email_of(name))
        tab.fill("form input[name=password]", PASSWORD)
        if tab.query_selector("input[name=agreement]"):
            tab.check("input[name=agreement]")
        tab.press("form input[name=password]", "Enter")
        tab.wait_for_url(lambda url: "/sign-up" not in url, timeout=20_000)
        chromium.close()


def signed_in(server: Server, name: str) -> mastodon.Mastodon:
    """Mastodon.py, let in by *name* with a code."""
    client_id, secret = mastodon.Mastodon.create_app(
        "Mastodon.py", scopes=["read", "write", "follow"], redirect_uris=NATIVE, api_base_url=server.base
    )
    api = mastodon.Mastodon(client_id=client_id, client_secret=secret, api_base_url=server.base)
    url = api.auth_request_url(redirect_uris=NATIVE, scopes=["read", "write", "follow"], allow_http=True)
    code = Browser(server.base).allow(url, email_of(name), PASSWORD)
    api.log_in(code=code, redirect_uri=NATIVE, scopes=["read", "write", "follow"], allow_http=True)
    return api


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def text_of(html: str) -> str:
    """The words of *html*, one space between them."""
    reader = _Text()
    reader.feed(html)
    return " ".join(reader.text.split())


def holds_whole(html: str, text: str) -> bool:
    """Whether every paragraph of *text* stands in *html*."""
    shown = text_of(html)
    return all(" ".join(part.split()) in shown for part in text.strip().split("\n\n"))


def read_by_everyone(server: Server, url: str) -> str:
    """The permalink as a visitor gets it: the whole text and its continuation, no script needed."""
    page = Browser(server.base).get(url)
    assert holds_whole(page.text, ANALYSIS)
    assert holds_whole(page.text, CONTINUATION)
    assert "Sign in to participate in the conversation" in text_of(page.text)
    return page.text


def test_mastodon_py_publishes_and_a_second_person_joins_in(server: Server) -> None:
    register(server, "alice")
    register(server, "bob")
    alice, bob = signed_in(server, "alice"), signed_in(server, "bob")

    bob.account_follow(bob.account_lookup("alice").id)
    post = alice.status_post(ANALYSIS, language="en")
    continuation = alice.status_reply(post, CONTINUATION)
    assert post.url == f"{server.base}/@alice/{post.id}"
    assert holds_whole(post.content, ANALYSIS)

    home = [status.id for status in bob.timeline_home()]
    assert home[:2] == [continuation.id, post.id]
    answer = bob.status_reply(post, "What if it was only a wrong number?")
    assert bob.status_favourite(post).favourites_count == 1
    assert bob.status_reblog(post).reblog.reblogs_count == 1

    told = {notification.type for notification in alice.notifications()}
    assert {"follow", "mention", "favourite", "reblog"} <= told
    below = [status.id for status in alice.status_context(post).descendants]
    assert set(below) == {continuation.id, answer.id}
    page = read_by_everyone(server, post.url)
    assert "What if it was only a wrong number?" in page
    assert not re.search(r"<script(?! type=\"application/ld\+json\"| src=\"/static/)", page)
    assert '<html lang="en"' in page


def test_masto_js_publishes(server: Server) -> None:
    register(server, "jasper")
    visit = subprocess.Popen(
        [str(NODE), str(STOCK / "village.mjs"), server.base],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert visit.stdin is not None
    assert visit.stdout is not None
    with visit:
        asked = json.loads(visit.stdout.readline())
        code = Browser(server.base).allow(asked["authorize"], email_of("jasper"), PASSWORD)
        visit.stdin.write(json.dumps({"code": code, "first": ANALYSIS, "second": CONTINUATION}) + "\n")
        visit.stdin.flush()
        seen: dict[str, Any] = json.loads(visit.stdout.readline())
    assert visit.returncode == 0
    assert seen["username"] == "jasper"
    assert seen["replies"] == [seen["reply"]]
    assert seen["home"][:2] == [seen["reply"], seen["id"]]
    assert holds_whole(seen["content"], ANALYSIS)
    read_by_everyone(server, seen["post"])


def test_toot_publishes_from_the_command_line(server: Server, tmp_path: Path) -> None:
    register(server, "tess")
    environ = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path),
        "PYTHONUNBUFFERED": "1", "BROWSER": "true",
    }  # fmt: skip
    toot = [sys.executable, "-m", "toot"]
    login = subprocess.Popen(
        [*toot, "login", "-i", server.base], env=environ, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert login.stdin is not None
    assert login.stdout is not None
    with login:
        url = next(line.strip() for line in login.stdout if line.startswith(server.base))
        code = Browser(server.base).allow(url, email_of("tess"), PASSWORD)
        login.stdin.write(f"n\n{code}\n")
        login.stdin.flush()
        rest = login.stdout.read()
    assert "Successfully logged in" in rest

    def say(*words: str) -> str:
        done = subprocess.run(
            [*toot, *words], env=environ, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    post = json.loads(say("post", "--json", ANALYSIS))
    reply = json.loads(say("post", "--json", "--reply-to", post["id"], CONTINUATION))
    assert reply["in_reply_to_id"] == post["id"]
    read_by_everyone(server, post["url"])
    assert "HARBOUR" in say("timelines", "home", "--no-pager")
    assert "tess" in say("whoami")
    assert "tess" in say("search", "tess")

    register(server, "ned")
    ned = signed_in(server, "ned")
    ned.account_follow(ned.account_lookup("tess"))
    shot = tmp_path / "shot.png"
    shot.write_bytes(picture().getvalue())
    commands = {
        ("thread", post["id"]): "HARBOUR",
        ("favourite", post["id"]): "favourited",
        ("reblog", post["id"]): "reblogged",
        ("reblogged-by", post["id"]): "tess",
        ("bookmark", post["id"]): "bookmarked",
        ("bookmarks",): "HARBOUR",
        ("lists", "create", "Crew"): "created",
        ("lists", "list"): "Crew",
        ("tags", "follow", "harbour"): "following",
        ("tags", "followed"): "harbour",
        ("post", "--json", "--media", str(shot), "--description", "Red", "Look"): '"description":"Red"',
        ("post", "--json", "--poll-option", "Yes", "--poll-option", "No", "Well?"): '"title":"Yes"',
        ("notifications",): "ned",
        ("follow", "ned"): "following",
        ("following", "tess"): "ned",
        ("update-account", "--display-name", "Tess of the Harbour"): "updated",
        ("whois", "tess"): "Tess of the Harbour",
        ("instance",): "Stoa",
        ("delete", reply["id"]): "deleted",
    }
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER, json.dumps(list(commands))],
        env=environ, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for (words, expected), said in zip(commands.items(), json.loads(done.stdout), strict=True):
        assert expected in said, (words, said)
