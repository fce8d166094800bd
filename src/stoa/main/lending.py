"""WebSockets as uvicorn speaks them, with their transports lent to the application.

A public post goes to every socket there is.  Through ASGI each of them has the same message encoded,
framed and copied anew, which costs more than all the rest; with the transport at hand a frame is made
once (`stoa.asgi.live`).  That is sound because uvicorn, too, only ever writes whole frames.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from stoa.asgi.live import TRANSPORT


class LendingProtocol(WebSocketsSansIOProtocol):
    """Used without compression of messages only."""

    def handle_connect(self, event: Any) -> None:
        """Begin to serve; the transport stands in the scope before the application runs."""
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)  # none where the handshake was refused
        if scope is not None:
            scope["extensions"][TRANSPORT] = self.transport
