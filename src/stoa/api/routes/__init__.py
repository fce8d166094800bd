"""The routes of the API, a module for each section of Mastodon's documentation."""

from __future__ import annotations

from stoa.api.routes import (
    accounts,
    apps,
    bookmarks,
    conversations,
    credentials,
    favourites,
    follow_requests,
    lists,
    markers,
    media,
    mutes_blocks,
    notifications,
    oauth,
    pins,
    polls,
    reblogs,
    registration,
    scheduled_statuses,
    statuses,
    tags,
    timelines,
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
    *accounts.ROUTES,
    *conversations.ROUTES,
    *follow_requests.ROUTES,
    *lists.ROUTES,
    *markers.ROUTES,
    *mutes_blocks.ROUTES,
    *notifications.ROUTES,
    *tags.ROUTES,
    *timelines.ROUTES,
]
