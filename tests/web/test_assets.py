"""Files of the program: kept for ever under the name that holds their hash."""

from __future__ import annotations

import gzip
from pathlib import Path

from stoa.core.house import House
from stoa.web import assets
from tests.web.browsing import Browser

STATIC = Path(assets.__file__).parent / "static"


async def test_the_style_sheet_is_kept_for_ever_under_its_hashed_name(house: House) -> None:
    answer = await Browser(house).ask(assets.address("style.css"))
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")


async def test_under_its_plain_name_a_file_is_looked_at_again(house: House) -> None:
    browser = Browser(house)
    first = await browser.ask("/static/missing-avatar.png")
    assert (first.status, first.headers["content-type"]) == (200, "image/png")
    assert "immutable" not in first.headers["cache-control"]
    again = await browser.ask("/static/missing-avatar.png", **{"if-none-match": first.headers["etag"]})
    assert again.status == 304


async def test_what_is_not_there_is_not_found(house: House) -> None:
    browser = Browser(house)
    for name in ("nothing.css", "..%2fapp.py", "style.0000000000.css"):
        assert (await browser.ask(f"/static/{name}")).status == 404


def test_the_style_sheet_is_small_and_asks_nobody_for_anything() -> None:
    css = (STATIC / "style.css").read_bytes()
    assert len(gzip.compress(css)) < 12_000
    assert b"url(" not in css
    assert b"@import" not in css
