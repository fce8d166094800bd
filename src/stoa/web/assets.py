"""Files that come with the program: style sheet, script, icon, and the pictures of those who have none.

They are read once.  A file has two addresses: `/static/style.css`, looked at again after a day, and
one with the hash of its bytes in it, which never changes and may be kept for ever.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from stoa.asgi.errors import HTTPError
from stoa.asgi.files import IMMUTABLE
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response, etag_matches, json_bytes, not_modified

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_A_DAY = "public, max-age=86400"


class Asset(NamedTuple):
    """A file: its bytes, its type and the ten digits that stand for its bytes."""

    body: bytes
    content_type: str
    digest: str


@cache
def _all() -> dict[str, Asset]:
    found = {}
    for path in sorted([*_FOLDER.iterdir(), *(_FOLDER / "js").iterdir()]):
        if path.suffix in _TYPES:
            body = path.read_bytes()
            found[path.name] = Asset(body, _TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:10])
    return found


@cache
def _by_address() -> dict[str, tuple[Asset, str]]:
    """Both names of every file, each with how long it may be kept."""
    found = {}
    for name, asset in _all().items():
        found[name] = (asset, _A_DAY)
        found[_hashed(name, asset)] = (asset, IMMUTABLE)
    return found


def _hashed(name: str, asset: Asset) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{asset.digest}.{ending}"


@cache
def address(name: str) -> str:
    """The path of the file *name* that may be kept for ever.  Raises KeyError for an unknown name."""
    return f"/static/{_hashed(name, _all()[name])}"


async def serve(request: Request) -> Response:
    """GET /static/{name}."""
    try:
        asset, keep = _by_address()[request.params["name"]]
    except KeyError:
        raise HTTPError(404, "There is no such file.") from None
    etag = f'"{asset.digest}"'
    headers = {"cache-control": keep, "etag": etag, "access-control-allow-origin": "*"}
    if etag_matches(request.header("if-none-match"), etag):
        return not_modified(etag, headers)
    return json_bytes(asset.body, headers=headers, content_type=asset.content_type)
