"""docs/compatibility.md, made from the routes: `python -m tests.compatibility` writes it anew, and
docs/openapi.json with it (`tests.description`).
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import Any

from stoa.api.routes import ROUTES
from stoa.web.app import PAGES
from tests import contract

DOCUMENT = Path(__file__).parent.parent / "docs" / "compatibility.md"

HEAD = """\
# What apps can ask of Stoa

Every route of the Mastodon client API (4.6), and whether Stoa answers it. This page is made from the
program's own list of routes by `just compatibility`; a test holds the two together.

Any of the scopes named is enough. *App* means a token of an app alone will do, *visitor* that none is
needed; *visitor or user* shows more to those who sign in.
"""

WHO = {
    "none": "visitor",
    "optional": "visitor or user",
    "app": "app",
    "user": "user",
    "pending": "user, also unconfirmed",
}


def neutral(path: str) -> str:
    """*path* with every parameter written `{}`."""
    return re.sub(r"\{[^}]*\}|:\w+", "{}", path)


def pages() -> set[tuple[str, str]]:
    """(method, path) of what people see in a browser: some endpoints of the documentation are pages."""
    return {(method, neutral(path)) for method, path, _ in PAGES}


def page() -> str:
    """The page as it should be."""
    ours = {(route.method, neutral(route.path)): route for route in ROUTES}
    known = [e for e in contract.endpoints() if e["method"] != "WebSocket"]
    shown = {endpoint["path"] for endpoint in known if _is_page(endpoint)}
    served = [e for e in known if e["path"] in shown or _route(e, ours)]
    parts = [HEAD, f"Served: {len(served)} of {len(known)}.\n"]
    for section, group in groupby(sorted(known, key=lambda e: e["section"]), lambda e: e["section"]):
        parts.append(f"## {section}\n\n| | route | who | scopes |\n|---|---|---|---|")
        for endpoint in group:
            route = _route(endpoint, ours)
            name = f"`{endpoint['method']} {endpoint['path']}`"
            if endpoint["path"] in shown:
                parts.append(f"| yes | {name} | visitor, a page | |")
            elif route is None:
                parts.append(f"| not yet | {name} | | |")
            else:
                parts.append(f"| yes | {name} | {WHO[route.auth]} | {' '.join(route.scopes)} |")
        parts.append("")
    beyond = [route for key, route in ours.items() if key not in contract.by_path()]
    if beyond:
        parts.append("## Beyond the documentation\n\nServed because apps ask for them.\n")
        parts.extend(f"- `{route.method} {route.path}`" for route in sorted(beyond, key=lambda r: r.path))
        parts.append("")
    return "\n".join(parts)


def _is_page(endpoint: dict[str, Any]) -> bool:
    return endpoint["returns"] == "HTML" and (endpoint["method"], neutral(endpoint["path"])) in pages()


def _route(endpoint: dict[str, Any], ours: dict[tuple[str, str], Any]) -> Any:
    for path in filter(None, [endpoint["path"], endpoint.get("path_alt")]):
        if route := ours.get((endpoint["method"], neutral(path))):
            return route
    return None


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(page(), encoding="utf-8")

    from tests.description import document  # which knows this module

    document.PATH.write_text(document.text(), encoding="utf-8")
