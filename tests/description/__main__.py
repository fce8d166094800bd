"""Write docs/openapi.json."""

from tests.description import document

document.PATH.write_text(document.text(), encoding="utf-8")
