"""`python -m bench.pages`: how light the pages are, and what Lighthouse says of them.

Wants Chromium, and `npx`, which fetches Lighthouse.  Results go to bench/results-pages.md.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright
from tests.browser.conftest import CHROMIUM, Village, building
from tests.browser.test_pages import sign_in

from stoa.core.accounts import store as accounts
from stoa.core.accounts import views
from stoa.core.house import House

RESULTS = Path(__file__).parent / "results-pages.md"
LIGHTHOUSE = "lighthouse@13"
PAGES = {
    "permalink of an essay": ("/@ada/{essay}", False),
    "permalink with mathematics, code, a table": ("/@ada/{maths}", False),
    "profile": ("/@ada", False),
    "front page": ("/", False),
    "home": ("/", True),
    "compose": ("/write", True),
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


async def _be_found(house: House) -> None:
    """Ada wants search engines to find her; else her pages say `noindex`, which Lighthouse minds."""
    async with house.db.write() as conn:
        ada = await views.find_by_acct(conn, "ada", "")
        assert ada is not None
        await accounts.change(conn, ada, indexable=True)


def weights(context: BrowserContext, url: str) -> tuple[int, int, int]:
    """Bytes after gzip of the page alone, with its styles and scripts, and of its scripts."""
    tab = context.new_page()
    found: dict[str, tuple[str, int]] = {}

    def note(answer: Any) -> None:
        kind = answer.request.resource_type
        if kind in ("document", "stylesheet", "script") and answer.status == 200:
            found[answer.url] = (kind, len(gzip.compress(answer.body())))

    tab.on("response", note)
    tab.goto(url)
    tab.close()
    of = {kind: sum(size for one, size in found.values() if one == kind) for kind in ("document", "script")}
    return of["document"], sum(size for _, size in found.values()), of["script"]


def scores(url: str, cookie: str, *, desktop: bool, folder: Path) -> Mapping[str, int]:
    """Lighthouse's, of 100."""
    said = folder / "lighthouse.json"
    command = [
        "npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={said}",
        "--chrome-flags=--headless=new --no-sandbox", f"--only-categories={','.join(CATEGORIES)}",
    ]  # fmt: skip
    if desktop:
        command.append("--preset=desktop")
    if cookie:
        command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
    subprocess.run(command, env={**os.environ, "CHROME_PATH": str(CHROMIUM)}, check=True, timeout=300)
    found = json.loads(said.read_text())["categories"]
    return {name: round(found[name]["score"] * 100) for name in CATEGORIES}


def measured(village: Village, folder: Path) -> list[str]:
    """The lines of the table."""
    lines = []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        contexts = {inside: browser.new_context() for inside in (False, True)}
        sign_in(contexts[True], village, "ada")
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in contexts[True].cookies())
        for name, (path, inside) in PAGES.items():
            url = village.server.base + path.format(**village.posts)
            light = [f"{size:,}" for size in weights(contexts[inside], url)]
            for desktop in (False, True):
                found = scores(url, cookie if inside else "", desktop=desktop, folder=folder)
                cells = [name, "desk" if desktop else "telephone", *light, *map(str, found.values())]
                lines.append(f"| {' | '.join(cells)} |")
                print(lines[-1], flush=True)
        browser.close()
    return lines


def main() -> None:
    """Measure, and write it down."""
    with tempfile.TemporaryDirectory() as name, building(Path(name)) as village:
        village.server.within(_be_found)
        lines = measured(village, Path(name))
    RESULTS.write_text(
        "# How light the pages are\n\n"
        "Bytes after gzip, pictures apart; scores of Lighthouse (of 100), which plays a slow telephone or "
        "a desk.\nEvery page of the program is weighed by tests/browser/test_every_page.py: at most "
        "100,000 bytes, 30,000 of them scripts.\n\n"
        "| page | on a | page | with styles and scripts | scripts | performance | accessibility "
        "| best practices | SEO |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
