"""Every documented endpoint, called on a running server, and every entity of its answers looked at.

`asking` calls and checks, `findings` keeps what came of it, `house` starts the servers, `village` and the
modules named after what they call are the deeds of a village in an order in which each has what it needs.

    python -m tests.live.conformance [--postgresql]
"""
