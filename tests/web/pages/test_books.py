"""A text in parts as an EPUB: well-formed, everything named that is in it, every link leads somewhere."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree

from stoa.core.house import House
from stoa.db import insert
from stoa.db.tables import media_attachments
from stoa.web import epub
from tests.client import Answer
from tests.make import Make, Person
from tests.serial import PARTS, Written, post
from tests.web.browsing import Browser, browser_of

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XHTML = "{http://www.w3.org/1999/xhtml}"


def book(answer: Answer) -> dict[str, bytes]:
    """The files of a book, which is held to the rules of EPUB 3 on the way."""
    assert answer.status == 200, answer.text[:500]
    assert answer.headers["content-type"] == "application/epub+zip"
    raw = zipfile.ZipFile(io.BytesIO(answer.body))
    first = raw.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    files = {one: raw.read(one) for one in raw.namelist()}
    assert files["mimetype"] == b"application/epub+zip"
    assert b'full-path="book/package.opf"' in files["META-INF/container.xml"]
    package = ElementTree.fromstring(files["book/package.opf"])
    manifest = {one.attrib["href"]: one.attrib for one in package.iter(f"{_OPF}item")}
    assert len({one["id"] for one in manifest.values()}) == len(manifest)
    assert {f"book/{name}" for name in manifest} == {n for n in files if n.startswith("book/")} - {
        "book/package.opf"
    }
    spine = [one.attrib["idref"] for one in package.iter(f"{_OPF}itemref")]
    assert set(spine) == {
        one["id"] for one in manifest.values() if one["media-type"] == "application/xhtml+xml"
    }
    for name in ("identifier", "title", "language"):
        assert package.find(f".//{_DC}{name}") is not None
    assert [one["properties"] for one in manifest.values() if "nav" in one.get("properties", "")] == ["nav"]
    pages = {name: ElementTree.fromstring(files[f"book/{name}"]) for name in manifest if ".xhtml" in name}
    ids = {name: [e.attrib["id"] for e in page.iter() if "id" in e.attrib] for name, page in pages.items()}
    for name, page in pages.items():
        assert len(ids[name]) == len(set(ids[name]))
        maths = any("MathML" in element.tag for element in page.iter())
        assert maths == ("mathml" in manifest[name].get("properties", ""))
        for element in page.iter():
            assert not {key for key in element.attrib if key.startswith("on") or key == "style"}
            target = element.attrib.get("href") or element.attrib.get("src") or ""
            if target and not target.startswith("http"):
                path, _, anchor = unquote(target).partition("#")
                path = posixpath.normpath(path)
                assert path in manifest, target
                assert not anchor or anchor in ids[path], target
    return files


def text_of(files: dict[str, bytes], name: str) -> str:
    return " ".join("".join(ElementTree.fromstring(files[f"book/{name}"]).itertext()).split())


async def _picture(house: House, author: Person, status_id: int, description: str) -> None:
    key = f"ab/cd/abcd{'0' * 60}.png"
    path = house.storage.local(key)
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\nnot more")
    async with house.db.write() as conn:
        await conn.run(
            _media, id=status_id + 1, account_id=author.id, status_id=status_id, kind="image",
            mime="image/png", description=description, meta={}, key=key, created_at=1,
        )  # fmt: skip


_media = insert(
    media_attachments,
    "id", "account_id", "status_id", "kind", "mime", "description", "meta", "key", "created_at",
)  # fmt: skip


async def test_five_parts_are_a_book(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice & Co")
    parts = await post(make, alice)
    await _picture(house, alice, parts[1], 'A "telephone"')
    page = await Browser(house).open(f"/@alice/{parts[0]}/read")
    assert page.leads_to(f"/@alice/{parts[0]}/read.epub")
    answer = await Browser(house).ask(f"/@alice/{parts[0]}/read.epub")
    files = book(answer)
    assert "THE TELEPHONE CALL" in text_of(files, "cover.xhtml")
    assert "CONTINUES…" in text_of(files, "part-1.xhtml")
    assert "Nothing of the reason" in text_of(files, "part-2.xhtml")
    assert b"http://www.w3.org/1998/Math/MathML" in files["book/part-3.xhtml"]
    assert b"<table>" in files["book/part-4.xhtml"]
    contents = text_of(files, "nav.xhtml")
    for words in ("What was said", "Part 4", "The end of it", "Notes"):
        assert words in contents
    assert "The Strategy of Conflict" in text_of(files, "notes.xhtml")
    assert files["book/picture-1.png"].startswith(b"\x89PNG")
    assert 'A "telephone"' in text_of(files, "part-2.xhtml")
    package = files["book/package.opf"].decode()
    assert "<dc:language>en</dc:language>" in package
    assert "<dc:creator>Alice &amp; Co</dc:creator>" in package
    assert re.search(r'dcterms:modified">\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<', package)


async def test_the_same_text_is_the_same_book(house: House, make: Make) -> None:
    parts = await post(make, await make.account("alice"))
    browser = Browser(house)
    first = await browser.ask(f"/@alice/{parts[0]}/read.epub")
    assert (await browser.ask(f"/@alice/{parts[0]}/read.epub")).body == first.body
    again = await browser.ask(f"/@alice/{parts[0]}/read.epub", **{"if-none-match": first.headers["etag"]})
    assert again.status == 304


async def test_a_book_holds_what_its_reader_may_read(house: House, make: Make) -> None:
    alice, fan = await make.account("alice"), await make.account("fan")
    await make.follow(fan, alice)
    first, second = await post(make, alice, PARTS[:2])
    secret = await make.status(alice, "Peppercorn.", in_reply_to_id=second, visibility="private")
    answer = await (await browser_of(house, fan)).ask(f"/@alice/{first}/read.epub")
    assert "Peppercorn." in text_of(book(answer), "part-3.xhtml")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "book/part-3.xhtml" not in book(await Browser(house).ask(f"/@alice/{first}/read.epub"))
    assert (await Browser(house).ask(f"/@alice/{secret}/read.epub")).status == 404


async def test_odd_text_from_elsewhere_makes_a_sound_book(house: House, make: Make) -> None:
    odd = (
        '<p>A <a href="//evil.example/x">b</a> <a href="#nowhere">c</a> <br>&nbsp;&copy; <b>d</p>'
        "<pre><code>&lt;script&gt; \x0b</code></pre><ul><li>e<ul><li>f</ul></ul><h4>g</h4><h1>h</h1>"
        '<img src="https://evil.example/p.png" alt="p"><p lang="ar" dir="rtl">مقهى</p>'
        "<details><summary>j</summary>k</details><math><mi>x</mi></math><table><tr><td>l</table>"
    )
    alice = await make.account("alice", display_name="\x0b<b>]]>")
    parts = await post(make, alice, (Written(odd, "text/html", '"<&>\x0b'), Written("More.")))
    files = book(await Browser(house).ask(f"/@alice/{parts[0]}/read.epub"))
    assert b"<img" not in files["book/part-1.xhtml"]
    assert "مقهى" in text_of(files, "part-1.xhtml")


async def test_pictures_that_are_too_much_are_left_to_the_page(house: House, make: Make) -> None:
    alice = await make.account("alice")
    parts = await post(make, alice, PARTS[:2])
    await _picture(house, alice, parts[1], "Large")
    before, epub.MAX_PICTURE_BYTES = epub.MAX_PICTURE_BYTES, 3
    try:
        files = book(await Browser(house).ask(f"/@alice/{parts[0]}/read.epub"))
    finally:
        epub.MAX_PICTURE_BYTES = before
    assert "book/picture-1.png" not in files
    assert "More belongs to this part" in text_of(files, "part-2.xhtml")
