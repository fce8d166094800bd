"""What we tell other servers: which activity follows from what happened here, and who gets it.

Reactions (`on_*`) run in the transaction of what happened and do next to nothing: small deeds are
queued at once, posts become a job.  The jobs render, find the inboxes, and `send` queues bytes and
inboxes in `outgoing` and `deliveries`.  Nothing here speaks to the network: the sender does.
"""
