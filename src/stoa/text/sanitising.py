"""The one allow-list for HTML, wherever it comes from.

What sanitise returns is a fixed point: parsed again it serialises to itself, so no reader's parser
can make something else of it.  It is bounded work for any input: HTML that nests too deep, or that
will not settle, is reduced to its text.  Fetches nothing, shows no picture of another server, and
keeps no id but those of our own footnotes.

After Mastodon 4.6 (sanitize_config.rb) with headings, tables and MathML kept for long posts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection

import nh3

from stoa.text import mathml
from stoa.text.escaping import escaped

_HTML_TAGS = frozenset(
    str.split(
        "p br span a abbr bdi del s ins mark pre blockquote q cite code kbd samp var b strong u sub sup"
        " small i em h1 h2 h3 h4 h5 h6 ul ol li ruby rt rp table caption thead tbody tfoot tr th td hr"
        " dl dt dd figure figcaption div section img"
    )
)
_SCHEMES = frozenset(str.split("http https mailto xmpp magnet gemini gopher dat dweb ipfs ipns ssb matrix"))
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "rel", "class", "title", "translate", "id", "role"},
    "abbr": {"title"},
    "span": {"class", "translate"},
    "p": {"class"},
    "code": {"class"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "ol": {"start", "reversed"},
    "li": {"value", "id"},
    "section": {"class", "role"},
    "th": {"class", "colspan", "rowspan", "scope"},
    "td": {"class", "colspan", "rowspan"},
    "img": {"src", "alt", "class"},
    **{tag: set(names) for tag, names in mathml.ATTRIBUTES.items()},
}

_MICROFORMAT = re.compile(r"(?:h|p|u|dt|e)-[a-z0-9-]{1,40}")
_CODE_CLASS = re.compile(r"c-[a-z]{1,2}")
_LANGUAGE_CLASS = re.compile(r"language-[A-Za-z0-9+#.-]{1,40}")
_CLASSES = {
    "a": frozenset({"mention", "hashtag", "footnote-ref", "footnote-backref"}),
    "span": frozenset({"mention", "hashtag", "ellipsis", "invisible", "quote-inline"}),
    "p": frozenset({"quote-inline"}),
    "section": frozenset({"footnotes"}),
    "th": frozenset({"align-left", "align-right", "align-center"}),
    "td": frozenset({"align-left", "align-right", "align-center"}),
    "img": frozenset({"emoji", "custom-emoji"}),
}
FOOTNOTE_ID = re.compile(r"fn(?:ref)?-[0-9a-z]{1,12}-[0-9]{1,4}(?:-[0-9]{1,4})?")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#\\]+", re.I)
_VALUES = {
    "lang": re.compile(r"[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}"),
    "dir": re.compile("ltr|rtl|auto"),
    "translate": re.compile("yes|no"),
    "id": FOOTNOTE_ID,
    "role": re.compile("doc-noteref|doc-backlink|doc-endnotes"),
    "start": re.compile(r"-?\d{1,9}"),
    "value": re.compile(r"-?\d{1,9}"),
    "reversed": re.compile("(?:reversed)?"),
    "cite": _WEB_ADDRESS,
    "colspan": re.compile(r"[1-9]\d?"),
    "rowspan": re.compile(r"[1-9]\d?"),
    "scope": re.compile("row|col"),
}
MAX_ATTRIBUTE = 4_096
MAX_DEPTH = 100


def sanitise(source: str) -> str:
    """*source* with nothing left in it that is not allowed; never raises.

    Every link gets rel "nofollow noopener ugc", a picture becomes a link with its alt text.
    """
    source = _LONE_SURROGATE.sub("\ufffd", source)
    return as_text(source) if too_deep(source) else settled(source, frozenset())


def settled(source: str, own: Collection[str]) -> str:
    """As sanitise, for HTML known to be flat; links to one of *own* keep rel as it is."""
    # What we write ourselves is a fixed point already, and one round finds that out.
    for _ in range(4):
        result = _Settling(_CLEANER.clean(source), own).run()
        if result == source:
            return result
        source = result
    return as_text(source)


# JSON can name half of a character; nothing written in UTF-8 can hold it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def normalised(source: str) -> str:
    """*source* well formed and within the allow-list, as input for a reader of tags; not for show.

    The caller has asked too_deep before.
    """
    return str(_CLEANER.clean(_LONE_SURROGATE.sub("\ufffd", source)))


_OPENING = re.compile(
    r"<m[a-z]+(?:\s[^<>]*)?/>"
    r"|<(/?)(?!(?:p|br|li|t[dhr]|d[dt]|r[tp]|hr|img|thead|tbody|tfoot|option|optgroup|wbr|input"
    r"|link|meta|area|base|col|embed|source|track|param|mspace|none|mprescripts)[\s/>])"
    r"([a-zA-Z][^\s/<>]*)",
    re.I,
)


def too_deep(source: str, most: int = MAX_DEPTH) -> bool:
    """Whether more than *most* elements stand open at once.

    A parser keeps the open ones in a list that it walks again and again, so depth, not length, is
    what makes HTML slow.  Elements that close each other (p, li, td) do not count.
    """
    if source.count("<") - source.count("</") <= most:
        return False
    open_now: dict[str, int] = {}
    depth = 0
    for close, name in _OPENING.findall(source):
        if not name:
            continue
        name = name.lower()
        count = open_now.get(name, 0)
        if close:
            if count:
                open_now[name] = count - 1
                depth -= 1
        else:
            open_now[name] = count + 1
            depth += 1
            if depth > most:
                return True
    return False


_NOT_SHOWN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_BREAK = re.compile(r"<(?:br|/?(?:p|div|li|h[1-6]|blockquote|pre|tr|ul|ol))\b[^<>]*>", re.I)
_ANY_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>?")


def as_text(source: str) -> str:
    """*source* as paragraphs of its text alone, for HTML that cannot be kept."""
    text = _BREAK.sub("\n\n", _NOT_SHOWN.sub("", source))
    text = html.unescape(_ANY_TAG.sub("", text)).replace("\x00", "\ufffd")
    # Twice unescaped text could hold tags again: it is escaped as a whole.
    lines = (line.strip() for line in re.split(r"\n\s*\n", text))
    shown = "".join(f"<p>{escaped(line)}</p>" for line in lines if line)
    return str(_CLEANER.clean(shown))


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value to keep for an attribute, or None to drop it."""
    if len(value) > MAX_ATTRIBUTE:
        return None
    math = mathml.ATTRIBUTES.get(tag)
    if math is not None and name in math:
        return value if math[name].fullmatch(value) else None
    if name == "class":
        return _classes(tag, value)
    if name in ("href", "src"):
        return value if _allowed_address(value) else None
    if name == "rel":
        return " ".join(token for token in ("me", "tag", *_REL) if token in value.split()) or None
    if name == "cite":
        return value if _WEB_ADDRESS.match(value) else None
    pattern = _VALUES.get(name)
    return value if pattern is None or pattern.fullmatch(value) else None


_REL = ("nofollow", "noopener", "ugc")


def _allowed_address(value: str) -> bool:
    if value.startswith("#"):
        return FOOTNOTE_ID.fullmatch(value[1:]) is not None
    # "https:evil" is a relative address to a browser.
    return _WEB_ADDRESS.match(value) is not None or value[:4].lower() != "http"


def _classes(tag: str, value: str) -> str | None:
    if tag == "code":
        kept = [name for name in value.split()[:8] if _LANGUAGE_CLASS.fullmatch(name)]
        return " ".join(kept) or None
    known = _CLASSES.get(tag, frozenset())
    kept = [
        name
        for name in value.split()[:16]
        if name in known
        or (tag in ("a", "span", "p") and _MICROFORMAT.fullmatch(name))
        or (tag == "span" and _CODE_CLASS.fullmatch(name))
    ]
    return " ".join(kept) or None


def _footnote_address(value: str) -> str | None:
    return value if FOOTNOTE_ID.fullmatch(value.removeprefix("#")) and value[0] == "#" else None


_CLEANER = nh3.Cleaner(
    tags=set(_HTML_TAGS | mathml.TAGS),
    clean_content_tags={"script", "style"},
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    strip_comments=True,
    link_rel=None,
    url_schemes=set(_SCHEMES),
    url_relative=_footnote_address,
)

# Only what still needs a decision; nh3 has serialised it, so quotes and names are regular.
_EVENT = re.compile(
    r'<(a|img|math)((?: [a-z]+="[^"]*")*)>|</a>|<span class="([^"]*\b(?:invisible|ellipsis)\b[^"]*)"'
)
_PAIR = re.compile(r' ([a-z]+)="([^"]*)"')
_OWN_LINK = re.compile(
    r'<span class="invisible">(https?://(?:www\.)?|xmpp:)?</span>'
    r'(?:<span(?: class="ellipsis")?>([^<]*)</span>|([^<]*))'
    r'(?:<span class="invisible">([^<]*)</span>)?'
)
_HOST = re.compile(r"[a-z]+://([^/?#]*)")
_SHORTCODE = re.compile(r":[A-Za-z0-9_.@+-]+:")


class _Settling:
    """One pass over what nh3 returned: links, pictures, hidden parts of links, formulas."""

    def __init__(self, source: str, own: Collection[str]) -> None:
        self.source = source
        self.own = own
        self.out: list[str] = []
        self.links: list[bool] = []  # for each open <a>: whether its tag was kept

    def run(self) -> str:
        source, out, done = self.source, self.out, 0
        match = _EVENT.search(source)
        while match:
            out.append(source[done : match.start()])
            done = match.end()
            name = match[1]
            if name == "a":
                done = self._link(match[2], done)
            elif name == "img":
                self._picture(dict(_PAIR.findall(match[2])))
            elif name == "math":
                done = self._formula(match.start(), done)
            elif match[3] is not None:
                kept = [part for part in match[3].split() if part not in ("invisible", "ellipsis")]
                out.append(f'<span class="{" ".join(kept)}"' if kept else "<span")
            elif not self.links or self.links.pop():
                out.append("</a>")
            match = _EVENT.search(source, done)
        out.append(source[done:])
        return "".join(out)

    def _link(self, attributes: str, done: int) -> int:
        pairs = dict(_PAIR.findall(attributes))
        target = html.unescape(pairs.get("href", ""))
        self.links.append(bool(target))
        if not target:
            return done
        if target.startswith("#"):
            pairs.pop("rel", None)
        elif target not in self.own:
            rel = [token for token in ("me", "tag") if token in pairs.get("rel", "").split()]
            pairs["rel"] = " ".join([*rel, *_REL])
        self.out.append("<a" + "".join(f' {name}="{pairs[name]}"' for name in pairs) + ">")
        end = self.source.find("</a>", done)
        if self.source.startswith('<span class="invisible">', done) and end > 0:
            inner = self.source[done:end]
            if _shows_its_host(inner, target):
                self.out.append(inner)
                return end
        return done

    def _picture(self, pairs: dict[str, str]) -> None:
        alt = " ".join(pairs.get("alt", "").split())
        source = pairs.get("src", "")
        emoji = "emoji" in pairs.get("class", "") or _SHORTCODE.fullmatch(alt)
        if emoji or any(self.links) or not _WEB_ADDRESS.match(source):
            self.out.append(alt.replace("&quot;", '"').replace("<", "&lt;").replace(">", "&gt;"))
            return
        shown = alt or source.partition("://")[2]
        shown = shown.replace("&quot;", '"').replace("<", "&lt;").replace(">", "&gt;")
        self.out.append(f'<a href="{source}" rel="{" ".join(_REL)}">{shown}</a>')

    def _formula(self, start: int, done: int) -> int:
        end = self.source.find("</math>", done)
        if end < 0:
            return done
        end += len("</math>")
        fragment = self.source[start:end]
        if mathml.well_formed(fragment):
            self.out.append(fragment)
        else:
            text = escaped(mathml.source_of(fragment))
            self.out.append(f"<code>{text}</code>" if mathml.tex_of(fragment) else text)
        return end


def _shows_its_host(inner: str, target: str) -> bool:
    """Whether a shortened link is of Mastodon's form, is its target, and hides none of the host.

    Hidden parts of any other make could show one host and open another (CVE-2023-36462).
    """
    match = _OWN_LINK.fullmatch(inner)
    if match is None:
        return False
    prefix, marked, plain, hidden = (html.unescape(group or "") for group in match.groups())
    visible = marked or plain
    if (prefix + visible + hidden) != target:
        return False
    host = _HOST.match(target)
    return host is None or len(prefix) + len(visible) >= host.end()
