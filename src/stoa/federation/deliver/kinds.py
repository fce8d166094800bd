"""The kinds of jobs that tell others; each has its handler in `jobs`."""

from __future__ import annotations

CREATE = "deliver.create"
UPDATE = "deliver.update"
DELETE = "deliver.delete"
ANNOUNCE = "deliver.announce"
UNDO_ANNOUNCE = "deliver.undo_announce"
PIN = "deliver.pin"
HASHTAG = "deliver.hashtag"
PROFILE = "deliver.profile"
MOVE = "deliver.move"
GROUP = "deliver.group"
KEYS = "deliver.keys"
"""Make the keys of an account that has none."""
