"""The routes of the API, a module for each section of Mastodon's documentation."""

from __future__ import annotations

from stoa.api.routes import (
    apps,
    bookmarks,
    credentials,
    favourites,
    media,
    oauth,
    pins,
    polls,
    reblogs,
    registration,
    scheduled_statuses,
    statuses,
)
from stoa.api.routing import ApiRoute

ROUTES: list[ApiRoute] = [
    *apps.ROUTES,
    *credentials.ROUTES,
    *oauth.ROUTES,
    *registration.ROUTES,
    *statuses.ROUTES,
    *bookmarks.ROUTES,
    *favourites.ROUTES,
    *media.ROUTES,
    *pins.ROUTES,
    *polls.ROUTES,
    *reblogs.ROUTES,
    *scheduled_statuses.ROUTES,
]
