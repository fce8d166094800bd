"""The routes of the API, a module for each section of Mastodon's documentation."""

from __future__ import annotations

from stoa.api.routes import statuses
from stoa.api.routing import ApiRoute

ROUTES: list[ApiRoute] = [
    *statuses.ROUTES,
]
