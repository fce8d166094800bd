"""A volume as a book: EPUB 3.3, one file for each part, notes at the end, a contents page, a cover.  Pure.

Written here with `zipfile` and templates of a few lines: a book is a zip of XHTML, and no library for it
keeps formulas as we have them.  The same volume gives the same bytes.
"""

from __future__ import annotations

import io
import re
import textwrap
import time
import zipfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stoa import ids
from stoa.core.media.model import EXTENSIONS
from stoa.locales import dates
from stoa.locales.speaking import gettext
from stoa.web import xhtml
from stoa.web.volume import Entry, Part, Volume
from stoa.web.xhtml import words

MIME = "application/epub+zip"
MAX_TEXT = 6_000_000
MAX_PICTURES = 120
MAX_PICTURE_BYTES = 24_000_000
TYPES = {extension: mime for mime, extension in EXTENSIONS.items()}
_ID = re.compile(r' id="([^"]+)"')


class Picture(NamedTuple):
    """A picture in the book: its name there ends in what TYPES knows."""

    name: str
    body: bytes
    description: str


class Book(NamedTuple):
    """What is bound: *pictures* of a part by its post's id; *left_out* says how many more it has."""

    volume: Volume
    base: str
    address: str  # of the page where it is read
    publisher: str
    pictures: Mapping[int, Sequence[Picture]]
    left_out: Mapping[int, int]


def bind(book: Book) -> bytes:
    """The bytes of the file."""
    files = _pages(book)
    images = {one.name: one.body for part in book.pictures.values() for one in part}
    stamp = max(time.gmtime(book.volume.changed / 1000)[:6], (1980, 1, 1, 0, 0, 0))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:

        def put(name: str, body: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = how
            info.external_attr = 0o644 << 16
            made.writestr(info, body)

        put("mimetype", MIME.encode(), zipfile.ZIP_STORED)
        put("META-INF/container.xml", _CONTAINER.encode())
        put("book/package.opf", _package(book, files, images).encode())
        for name, body in files.items():
            put(f"book/{name}", body.encode())
        for name, data in images.items():
            put(f"book/{name}", data, zipfile.ZIP_STORED)
    return out.getvalue()


_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_STYLE = """body { line-height: 1.45; }
h1, h2, h3, h4, h5, h6 { line-height: 1.2; page-break-after: avoid; break-after: avoid; text-align: start; }
.kicker, .facts, .place { font-size: .85em; } .cover { text-align: center; margin-top: 20%; }
.cover h1 { text-align: center; } p.nl { margin-top: .4em; }
blockquote { margin-inline: 1em 0; font-style: italic; } pre { white-space: pre-wrap; font-size: .85em; }
table { border-collapse: collapse; } th, td { border-bottom: 1px solid; padding: .2em .5em; }
.align-right { text-align: right; } .align-center { text-align: center; }
figure { margin: 1em 0; break-inside: avoid; } img { max-width: 100%; max-height: 95vh; }
figcaption { font-size: .85em; } .formula { overflow-x: auto; } .invisible { display: none; }
.ellipsis::after { content: "…"; } .notes { font-size: .9em; } .place { margin-top: 2em; }
"""


def _language(book: Book) -> str:
    return book.volume.first.prose.language or "und"


def _file(part: Part) -> str:
    return f"part-{part.number}.xhtml"


def _document(book: Book, title: str, body: str, kind: str = "bodymatter") -> str:
    language = words(_language(book))
    direction = book.volume.first.prose.direction
    way = f' dir="{direction}"' if direction != "auto" else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
        f' lang="{language}" xml:lang="{language}"{way}>\n'
        f'<head><meta charset="utf-8"/><title>{words(title)}</title>'
        '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n'
        f'<body epub:type="{kind}">\n{body}\n</body>\n</html>\n'
    )


def _pages(book: Book) -> dict[str, str]:
    """Name → text, in the order in which the book is read; the last are not read on the way."""
    volume = book.volume
    places: dict[str, str] = {}
    for part in volume.parts:
        places |= dict.fromkeys(_ID.findall(part.body), _file(part))
        places |= dict.fromkeys(_ID.findall(part.notes), "notes.xhtml")
    files = {"cover.xhtml": _document(book, volume.title, _cover(book), "frontmatter")}
    for part in volume.parts:
        files[_file(part)] = _document(book, _name(part), _part(book, part, places))
    if volume.notes:
        notes = xhtml.of(
            f'<ol start="{volume.first_note}">{volume.notes}</ol>', base=book.base, places=places
        )
        heading = words(gettext("Notes"))
        section = (
            f'<section class="notes" epub:type="endnotes" role="doc-endnotes"><h2>{heading}</h2>{notes}'
        )
        files["notes.xhtml"] = _document(book, gettext("Notes"), f"{section}</section>", "backmatter")
    files["nav.xhtml"] = _nav(book, with_notes="notes.xhtml" in files)
    files["cover.svg"] = _drawing(book)
    files["style.css"] = _STYLE
    return files


def _name(part: Part) -> str:
    return part.title or gettext("Part %(number)s") % {"number": part.number}


def _cover(book: Book) -> str:
    volume = book.volume
    author = volume.author
    day = words(dates.day(volume.first.status.created_at))
    handle = author.acct if "@" in author.acct else f"{author.acct}@{book.base.split('//')[-1]}"
    source = words(book.address)
    return (
        f'<section class="cover" epub:type="titlepage"><h1>{words(volume.title)}</h1>'
        f"<p>{words(author.name)}<br/><span>@{words(handle)}</span></p>"
        f'<p class="facts">{day}</p><p class="facts"><a href="{source}">{source}</a></p></section>'
    )


def _part(book: Book, part: Part, places: Mapping[str, str]) -> str:
    status = part.shown.status
    out = [f'<section epub:type="chapter" role="doc-chapter" id="{part.anchor}">']
    if part.number == 1 and part.shown.prose.kicker and not status.spoiler_text:
        out.append(f'<p class="kicker">{words(part.shown.prose.kicker)}</p>')
    out.append(f"<h2>{words(_name(part))}</h2>")
    if status.spoiler_text:
        said = gettext("Content warning: %(text)s") % {"text": status.spoiler_text}
        out.append(f"<p><strong>{words(said)}</strong></p>")
    out.append(xhtml.of(part.body, base=book.base, places=places))
    for one in book.pictures.get(status.id, ()):
        caption = f"<figcaption>{words(one.description)}</figcaption>" if one.description else ""
        alt = one.description or gettext("A picture that nobody has described")
        out.append(f'<figure><img src="{one.name}" alt="{words(alt)}"/>{caption}</figure>')
    address = words(book.base + part.shown.path)
    if book.left_out.get(status.id):
        said = gettext("More belongs to this part, which is not in the book.")
        out.append(f'<p class="facts"><a href="{address}">{words(said)}</a></p>')
    day = words(dates.day(status.created_at))
    out.append(f'<p class="place"><a href="{address}">{day}</a></p></section>')
    if part is book.volume.parts[-1] and book.volume.following:
        said = gettext("The parts that follow are too many for one book.")
        out.append(f'<p><a href="{words(book.address)}">{words(said)}</a></p>')
    return "\n".join(out)


def _notes(book: Book, places: Mapping[str, str]) -> str:
    listed = f'<ol start="{book.volume.first_note}">{book.volume.notes}</ol>'
    return (
        '<section class="notes" epub:type="endnotes" role="doc-endnotes">'
        f"<h2>{words(gettext('Notes'))}</h2>{xhtml.of(listed, base=book.base, places=places)}</section>"
    )


def _nav(book: Book, *, with_notes: bool) -> str:
    lines: list[tuple[int, str, str]] = []
    file = ""
    for line in book.volume.outline:
        if line.part is not None:
            file = f"part-{line.part}.xhtml"
            lines.append((0, file, line.text or gettext("Part %(number)s") % {"number": line.part}))
        else:
            lines.append((line.level - 2, f"{file}#{line.anchor}", _said(line)))
    if with_notes:
        lines.append((0, "notes.xhtml", gettext("Notes")))
    title = gettext("Contents")
    body = f'<nav epub:type="toc" role="doc-toc" id="toc"><h2>{words(title)}</h2>{_tree(lines)}</nav>'
    return _document(book, title, body, "frontmatter")


def _said(line: Entry) -> str:
    return line.text or gettext("Section")


def _tree(lines: Sequence[tuple[int, str, str]]) -> str:
    """Nested lists of (level, address, text); a level left out is not there."""
    out: list[str] = []
    open_levels: list[int] = []
    for level, address, text in lines:
        while open_levels and open_levels[-1] > level:
            out.append("</li></ol>")
            open_levels.pop()
        if open_levels and open_levels[-1] == level:
            out.append("</li>")
        else:
            out.append("<ol>")
            open_levels.append(level)
        out.append(f'<li><a href="{words(address)}">{words(text)}</a>')
    return "".join(out) + "</li></ol>" * len(open_levels)


def _drawing(book: Book) -> str:
    """What libraries show: the title and the author, set in type."""
    title = textwrap.wrap(book.volume.title, 20, max_lines=7, placeholder=" …")
    set_title = "".join(
        f'<text x="60" y="{330 + 88 * row}" font-size="72" font-weight="bold">{words(line)}</text>'
        for row, line in enumerate(title)
    )
    author = words(textwrap.shorten(book.volume.author.name, 40, placeholder=" …"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 1350" font-family="Georgia, serif">'
        '<rect width="900" height="1350" fill="#fdfcfa"/><rect width="900" height="26" fill="#8f3a1d"/>'
        f'<g fill="#1c1c1c">{set_title}<text x="60" y="1220" font-size="44">{author}</text></g></svg>\n'
    )


def _package(book: Book, files: Mapping[str, str], images: Mapping[str, bytes]) -> str:
    volume = book.volume
    items, spine = [], []
    for name, body in files.items():
        if name.endswith(".xhtml"):
            marks = [word for word, tag in (("mathml", "<math"),) if tag in body]
            marks += ["nav"] if name == "nav.xhtml" else []
            properties = f' properties="{" ".join(marks)}"' if marks else ""
            items.append((name, "application/xhtml+xml", properties))
            if name != "nav.xhtml":
                spine.append(name)
        elif name == "cover.svg":
            items.append((name, "image/svg+xml", ' properties="cover-image"'))
        else:
            items.append((name, "text/css", ""))
    items += [(name, TYPES[name.rpartition(".")[2]], "") for name in images]
    spine.insert(1, "nav.xhtml")
    language = words(_language(book))
    features = ["tableOfContents", "structuralNavigation", "displayTransformability"]
    features += ["MathML"] if any("<math" in body for body in files.values()) else []
    rtl = ' page-progression-direction="rtl"' if volume.first.prose.direction == "rtl" else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"'
        f' xml:lang="{language}">\n<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="id">{words(volume.first.status.uri)}</dc:identifier>\n'
        f"<dc:title>{words(volume.title)}</dc:title>\n<dc:language>{language}</dc:language>\n"
        f"<dc:creator>{words(volume.author.name)}</dc:creator>\n"
        f"<dc:publisher>{words(book.publisher)}</dc:publisher>\n"
        f"<dc:date>{_second(volume.first.status.created_at)}</dc:date>\n"
        f"<dc:source>{words(book.address)}</dc:source>\n"
        f'<meta property="dcterms:modified">{_second(volume.changed)}</meta>\n'
        '<meta property="schema:accessMode">textual</meta>\n'
        '<meta property="schema:accessModeSufficient">textual</meta>\n'
        '<meta property="schema:accessibilityHazard">none</meta>\n'
        + "".join(f'<meta property="schema:accessibilityFeature">{one}</meta>\n' for one in features)
        + "</metadata>\n<manifest>\n"
        + "".join(
            f'<item id="{_item(name)}" href="{name}" media-type="{mime}"{properties}/>\n'
            for name, mime, properties in items
        )
        + f"</manifest>\n<spine{rtl}>\n"
        + "".join(f'<itemref idref="{_item(name)}"/>\n' for name in spine)
        + "</spine>\n</package>\n"
    )


def _item(name: str) -> str:
    return "i-" + name.replace(".", "-")


def _second(ms: int) -> str:
    return ids.iso(ms)[:19] + "Z"
