"""Code coloured by class, never by inline style.

A dozen classes ("c-k" keyword, "c-s" string ...) so that the style sheet stays small.  Bounded: only
languages named here, only so much code in a post, no endless lines; the rest is shown plain.  Pygments
is imported when the first post with such code is read.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from stoa.text.escaping import escaped

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_CODE = 6_000  # characters coloured in one post
_MAX_LINE = 400  # a lexer's patterns look ahead within a line

_LANGUAGES = {
    "bash": "bash",
    "c": "c",
    "c++": "cpp",
    "clojure": "clojure",
    "cpp": "cpp",
    "cs": "csharp",
    "csharp": "csharp",
    "css": "css",
    "diff": "diff",
    "elixir": "elixir",
    "elm": "elm",
    "erlang": "erlang",
    "fortran": "fortran",
    "go": "go",
    "haskell": "haskell",
    "hs": "haskell",
    "html": "html",
    "ini": "ini",
    "java": "java",
    "javascript": "javascript",
    "js": "javascript",
    "json": "json",
    "julia": "julia",
    "kotlin": "kotlin",
    "lisp": "common-lisp",
    "lua": "lua",
    "makefile": "make",
    "matlab": "matlab",
    "nix": "nix",
    "ocaml": "ocaml",
    "perl": "perl",
    "php": "php",
    "py": "python",
    "python": "python",
    "r": "r",
    "rb": "ruby",
    "ruby": "ruby",
    "rs": "rust",
    "rust": "rust",
    "scala": "scala",
    "scheme": "scheme",
    "sh": "bash",
    "shell": "bash",
    "sql": "sql",
    "swift": "swift",
    "tex": "tex",
    "latex": "tex",
    "toml": "toml",
    "ts": "typescript",
    "typescript": "typescript",
    "xml": "xml",
    "yaml": "yaml",
    "yml": "yaml",
    "zig": "zig",
}

# Pygments' token types, most special first; what is not listed is not coloured.
_CLASSES = {
    "Comment": "c-c",
    "Keyword.Type": "c-t",
    "Keyword": "c-k",
    "Literal.Number": "c-m",
    "Literal.String": "c-s",
    "Name.Attribute": "c-na",
    "Name.Builtin": "c-nb",
    "Name.Class": "c-nc",
    "Name.Decorator": "c-nd",
    "Name.Exception": "c-nc",
    "Name.Function": "c-nf",
    "Name.Tag": "c-nt",
    "Operator.Word": "c-k",
    "Generic.Deleted": "c-gd",
    "Generic.Inserted": "c-gi",
    "Generic.Heading": "c-gh",
    "Generic.Subheading": "c-gh",
}


def highlighted(code: str, language: str) -> str:
    """Escaped HTML of *code* with spans by class; without any when the language is not known here,
    the code is longer than 6,000 characters or has a line of more than 400.
    """
    name = _LANGUAGES.get(language.lower())
    if name is None or len(code) > MAX_CODE or max(map(len, code.split("\n"))) > _MAX_LINE:
        return escaped(code)
    out: list[str] = []
    current, run = "", ""
    for kind, text in _lexer(name).get_tokens(code):
        css = _class_of(str(kind))
        if css == current or text.isspace():
            run += text
            continue
        out.append(_span(current, run))
        current, run = css, text
    out.append(_span(current, run))
    return "".join(out)


def _span(css: str, text: str) -> str:
    text = escaped(text)
    return f'<span class="{css}">{text}</span>' if css and text else text


@functools.cache
def _class_of(kind: str) -> str:
    path = kind.removeprefix("Token.")
    return next((css for name, css in _CLASSES.items() if f"{path}.".startswith(f"{name}.")), "")


@functools.lru_cache(maxsize=16)
def _lexer(name: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name

    lexer: Lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    return lexer
