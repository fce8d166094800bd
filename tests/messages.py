"""The sentences of the source that are translated, and the files that translate them.

`python -m tests.messages` (`just messages`) writes what is new in the source into every
`src/stoa/locales/LANGUAGE.po`, and takes out what is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "stoa"
FOLDER = SOURCE / "locales"
BEGUN = datetime(2026, 11, 23, tzinfo=UTC)

# Which argument of a call is a sentence: the words of errors are marked by being raised.
_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "Forbidden": None,
    "HTTPError": (2,),
    "__init__": None,  # of errors that always say the same
    "Problem": (2,),
    "TooMany": None,
    "Unprocessable": None,
}
_METHODS = [("web/**.py", "python"), ("core/**.py", "python"), ("locales/**.py", "python"),
            ("web/templates/**.html", "jinja2")]  # fmt: skip
_OPTIONS = {"web/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false",
                                      "trim_blocks": "true", "lstrip_blocks": "true"}}  # fmt: skip


def in_source() -> Catalog:
    """All sentences of the source, each with the files it stands in."""
    found = Catalog(project="Stoa", header_comment="# What Stoa says.")
    for file, _line, message, comments, context in extract_from_dir(
        SOURCE, _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=("For translators:",)
    ):
        # Without the line, which every change above it would change.
        found.add(message, None, [(f"src/stoa/{file}", 0)], auto_comments=comments, context=context)
    return found


def translated() -> Iterator[tuple[Path, Catalog]]:
    """Every file of translations."""
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=path.stem)


def update(path: Path, catalog: Catalog, source: Catalog) -> None:
    """Write *catalog* to *path* with the sentences of *source*, and no others."""
    catalog.update(source, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    for message in catalog:
        message.flags.discard("fuzzy")  # set where a language has other forms of many than English
    # What stands in the head of such a file, without what would change with every run.
    catalog.fuzzy = False
    catalog.header_comment = f"# Stoa in {catalog.locale.english_name if catalog.locale else path.stem}."
    catalog.version = ""
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = "Stoa"
    catalog.creation_date = catalog.revision_date = BEGUN
    with path.open("wb") as file:
        write_po(file, catalog, width=108, include_lineno=False, sort_output=True, omit_header=False)


if __name__ == "__main__":
    sentences = in_source()
    for where, catalogue in translated():
        update(where, catalogue, sentences)
        missing = sum(not message.string or not all(message.string) for message in catalogue if message.id)
        print(f"{where.name}: {len(catalogue)} sentences, {missing} not translated yet")  # noqa: T201
