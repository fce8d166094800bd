"""What is new, told to those who are looking: WebSockets and server-sent events.

A change is told after its commit.  `tell` turns what has happened into News (ids only) and hands them to
the Hub of this process and, on PostgreSQL, to the other processes; `fan_out` asks the timelines' own
rules who meets what, has it rendered once for all to whom it looks the same, and puts the bytes into
the lines of those who listen (`hub`, `listener`).  `socket` and `sse` are the two ways to listen.

What it will not do: keep anything for those who are not there, or wait for anybody.
"""
