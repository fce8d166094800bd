"""What a telephone asks before it puts this server among its apps."""

from __future__ import annotations

import json

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.house import House
from stoa.locales import speaking
from stoa.locales.speaking import gettext
from stoa.web.assets import address
from stoa.web.pages import Page
from stoa.web.session import speak_to, viewer_of


async def manifest(request: Request, house: House) -> Response:
    """GET /manifest.webmanifest (W3C Web Application Manifest, Web Share Target)."""
    speak_to(request, await viewer_of(request, house))
    said = {
        "id": "/",
        "name": house.settings.title,
        "short_name": house.settings.title,
        "description": house.settings.description,
        "lang": speaking.language(),
        "dir": speaking.locale().text_direction,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fdfcfa",
        "theme_color": "#fdfcfa",
        "icons": [
            {"src": address("icon.svg"), "type": "image/svg+xml", "sizes": "any"},
            {"src": address("icon-180.png"), "type": "image/png", "sizes": "180x180"},
            {
                "src": address("icon-512.png"),
                "type": "image/png",
                "sizes": "512x512",
                "purpose": "any maskable",
            },
        ],
        "shortcuts": [
            {"name": gettext("Write"), "url": "/write"},
            {"name": gettext("Notifications"), "url": "/notifications"},
            {"name": gettext("Search"), "url": "/search"},
        ],
        "share_target": {
            "action": "/share",
            "method": "GET",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    headers = {"cache-control": "private, max-age=3600", "vary": "Cookie, Accept-Language"}
    return responses.text(
        json.dumps(said, ensure_ascii=False),
        headers=headers,
        content_type="application/manifest+json; charset=utf-8",
    )


PAGES: list[Page] = [("GET", "/manifest.webmanifest", manifest)]
