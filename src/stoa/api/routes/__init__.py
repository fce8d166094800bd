"""The routes of the API, a module for each section of Mastodon's documentation."""

from __future__ import annotations

from stoa.api.routes import apps, credentials, oauth, registration, statuses
from stoa.api.routing import ApiRoute

ROUTES: list[ApiRoute] = [
    *apps.ROUTES,
    *credentials.ROUTES,
    *oauth.ROUTES,
    *registration.ROUTES,
    *statuses.ROUTES,
]
