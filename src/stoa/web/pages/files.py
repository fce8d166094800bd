"""Stored files, at the address that is the hash of their bytes.  Whoever knows it may have
them, but for those of somebody suspended.
"""

from __future__ import annotations

from functools import partial

from stoa.asgi import files, responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.media import endings, hidden
from stoa.core.media.model import MediaUnavailable
from stoa.web.pages import Page


async def serve(request: Request, house: House) -> Response:
    """GET /media/…: the file, for good: other bytes would have another address."""
    key = request.params["key"]
    if await hidden.of(house.db).hides(key):
        raise NotFound
    content_type = endings.mime_of(key)
    # Not the time on disk: somebody who sends the same file touches it, and players in the middle of it
    # would have to begin anew.
    etag = f'"{key.rpartition("/")[2].partition(".")[0]}"'
    path = house.storage.local(key)
    if path is not None:
        return files.file(path, content_type, etag=etag)
    try:
        size = (await house.storage.held([key]))[key].size
    except KeyError:
        raise NotFound from None
    except MediaUnavailable as failure:
        raise HTTPError(503, str(failure), headers={"retry-after": "30"}) from failure
    if house.settings.s3_public_url:
        # The way there is asked for again after a while: who is suspended meanwhile is hidden.
        address = f"{house.settings.s3_public_url.rstrip('/')}/{key}"
        return responses.redirect(address, headers={"cache-control": "public, max-age=3600"})
    return files.elsewhere(size, partial(house.storage.read, key), content_type, etag=etag)


PAGES: list[Page] = [("GET", "/media/{key:path}", serve)]
