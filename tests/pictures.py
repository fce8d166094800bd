"""The pictures of the README, taken from a running server that has the demonstration village in it.

`python -m tests.pictures` (`just pictures`) takes them anew; it needs Chromium.  With a folder after it
the pictures of every scene, or of those that are named, go there: telephone and desk, light and dark.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.live.serving import Server

FOLDER = Path(__file__).parents[1] / "docs"
SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1180, "height": 860},
    "telephone": {"width": 390, "height": 844},
}
Scheme = Literal["light", "dark"]
WRITTEN = """\
The soil at the wall is warm at \\(14\\,^\\circ\\mathrm{C}\\); the soil at the gate is not.

## What I measured

| place | noon | night |
|---|--:|--:|
| wall | 19 | 11 |
| gate | 14 | 6 |

Both thermometers are cheap; they are cheap in the same way.
"""


class Scene(NamedTuple):
    """A page of the village; *post* is how the post begins whose address stands in *path*."""

    path: str
    post: tuple[str, str] = ("", "")
    member: bool = False


SCENES = {
    "page": Scene("{post}", ("euler_fan", "Every year")),
    "conversation": Scene("{post}", ("analyst", "HARBOUR &amp; HIGHLANDS SPEAK")),
    "read": Scene("{post}/read", ("analyst", "HARBOUR &amp; HIGHLANDS SPEAK")),
    "rightwards": Scene("{post}", ("noor", "النسّاخ")),
    "profile": Scene("/@analyst"),
    "front": Scene("/"),
    "explore": Scene("/explore"),
    "about": Scene("/about"),
    "home": Scene("/", member=True),
    "notifications": Scene("/notifications", member=True),
    "desk": Scene("/write", member=True),
    "settings": Scene("/settings/profile", member=True),
    "appearance": Scene("/settings/appearance", member=True),
}
SHOWN: tuple[tuple[str, str, Scheme], ...] = (
    ("page", "desk", "light"),
    ("home", "desk", "light"),
    ("desk", "desk", "light"),
    ("conversation", "telephone", "dark"),
)


@contextlib.contextmanager
def village(folder: Path) -> Iterator[tuple[Server, str]]:
    """A server with the village in it, and the password of all its people."""
    server = Server(folder / "data", STOA_RATE_LIMITS="off")
    server.start("--demo")
    try:
        said = (folder / "server.log").read_text(encoding="utf-8")
        password = re.search(r"with the password (\S+)", said)
        assert password, said
        yield server, password[1]
    finally:
        server.stop()


def address(server: Server, scene: Scene) -> str:
    """Where *scene* is."""
    if not scene.post[0]:
        return server.base + scene.path
    author, begins = scene.post
    account = _get(server, f"accounts/lookup?acct={author}")["id"]
    posts = _get(server, f"accounts/{account}/statuses?exclude_replies=true&limit=40")
    return scene.path.format(post=next(one["url"] for one in posts if begins in one["content"]))


def _get(server: Server, path: str) -> Any:
    with urllib.request.urlopen(f"{server.base}/api/v1/{path}", timeout=30) as answer:
        return json.loads(answer.read())


def take(
    browser: Browser, server: Server, password: str, name: str, size: str, scheme: Scheme, to: Path
) -> None:
    """Take the picture of the scene called *name*."""
    scene = SCENES[name]
    context = browser.new_context(
        viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", base_url=server.base
    )
    page = context.new_page()
    if scene.member:
        page.goto("/sign-in")
        page.fill("#email", "alice@village.example")
        page.fill("#password", password)
        page.click("main button")
        page.locator(".home").wait_for()
    page.goto(address(server, scene))
    if name == "desk":
        page.get_by_label("Title", exact=False).first.fill("Why the beans are late")
        page.locator("textarea[name=text]").fill(WRITTEN)
        page.locator("math").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=to)
    context.close()


def main() -> None:
    """Take those that are shown, or all of them."""
    every = len(sys.argv) > 1
    folder = Path(sys.argv[1]) if every else FOLDER
    only = sys.argv[2:] or SCENES
    folder.mkdir(parents=True, exist_ok=True)
    schemes: tuple[Scheme, ...] = ("light", "dark")
    with tempfile.TemporaryDirectory() as data, sync_playwright() as player, village(Path(data)) as there:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, size, scheme in product(only, SIZES, schemes) if every else SHOWN:
            path = folder / (f"{name}-{size}-{scheme}.png" if every else f"{name}.png")
            take(browser, *there, name, size, scheme, path)
        browser.close()


if __name__ == "__main__":
    main()
