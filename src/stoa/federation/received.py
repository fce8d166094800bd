"""What a receiving function is given."""

from __future__ import annotations

from typing import Any

import msgspec

from stoa.core.house import House
from stoa.federation.parse.kinds import Activity, Delete, Reject, Undo, Update

OF_SUSPENDED = (Delete, Reject, Undo, Update)
"""What somebody who is suspended here may still say: that less is true than before."""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """An activity whose actor said it, beyond doubt: they signed the delivery, their proof is on it,
    or it was fetched from its own id.
    """

    house: House
    activity: Activity
    document: dict[str, Any]  # the whole activity as it came
    actor_id: int  # the account of activity.actor
    given_up: frozenset[str] = frozenset()  # ids that cannot be had (missing.settle)
    relayed_by: int | None = None  # the group or relay that passed it on
    delivered_to: int | None = None  # the account whose own inbox it came to
    at: int  # when it came, unix milliseconds
