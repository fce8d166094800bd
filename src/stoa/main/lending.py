"""WebSockets as uvicorn speaks them, with their transports lent to the application.

A public post goes to every socket there is.  Through ASGI each of them has the same message encoded,
framed and copied anew, which costs more than all the rest; with the transport at hand a frame is made
once (`stoa.asgi.live`).  That is sound because uvicorn, too, only ever writes whole frames.

What breaks RFC 6455 ends its connection and no more: uvicorn would write a trace into the log for each
message that is no UTF-8, and keep the parts of a message however many they are.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from stoa.asgi.live import TRANSPORT

NO_TEXT = 1007
TOO_BIG = 1009
MOST_PARTS = 256  # apps send a message as one


class LendingProtocol(WebSocketsSansIOProtocol):
    """Used without compression of messages only."""

    def handle_connect(self, event: Any) -> None:
        """Begin to serve; the transport stands in the scope before the application runs."""
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)  # none where the handshake was refused
        if scope is not None:
            scope["extensions"][TRANSPORT] = self.transport

    def handle_cont(self, event: Any) -> None:
        """One more part of a message."""
        if len(self.frames) >= MOST_PARTS:
            self._hang_up(TOO_BIG)
        else:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """A message is whole."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self._hang_up(NO_TEXT)
                return
        super().send_receive_event_to_app()

    def _hang_up(self, code: int) -> None:
        self.frames = []
        if not self.close_sent:
            self.conn.fail(code)
            self.handle_parser_exception()
