"""What we know of other servers, and what comes from them and goes to them."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, LargeBinary, Table, Text, UniqueConstraint, text

from stoa.db.tables.base import (
    Id,
    count,
    document,
    flag,
    metadata,
    moment,
    primary,
    reference,
    string,
)

# How other servers have been answering; a row for each we have met.
instances = Table(
    "instances",
    metadata,
    C("domain", Text, primary_key=True),  # with its port where that is not the scheme's own
    string("software", default=""),
    string("software_version", default=""),
    moment("software_at", nullable=True),  # when it was asked what it runs
    moment("first_seen_at"),
    moment("heard_at", nullable=True),  # its last signed request, or answer that was a yes
    count("failures"),  # in a row
    count("failed_days"),  # different days on which it failed since it last answered
    moment("failed_at", nullable=True),
    moment("paused_until", nullable=True),  # nothing is sent before
    moment("given_up_at", nullable=True),  # nothing is queued until it is heard of again
    string("scheme", nullable=True),  # the kind of signature that it took last
    moment("scheme_at", nullable=True),
    comment="owner: core/instances",
)

domain_blocks = Table(
    "domain_blocks",
    metadata,
    primary(),
    string("domain"),  # and everything under it
    string("severity"),  # noop, silence, suspend
    flag("reject_media"),
    flag("reject_reports"),
    flag("obfuscate"),
    string("public_comment", default=""),
    string("private_comment", default=""),
    moment("created_at"),  # also what stamps the accounts it limits or suspends
    UniqueConstraint("domain"),
    comment="owner: core/instances",
)

domain_allows = Table(
    "domain_allows",
    metadata,
    primary(),
    string("domain"),
    moment("created_at"),
    UniqueConstraint("domain"),
    comment="owner: core/instances",
)

# The addresses of a remote account.
remote_actors = Table(
    "remote_actors",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    string("host"),  # of the id; handles may end in another domain
    string("inbox"),
    string("shared_inbox", nullable=True),
    string("outbox", nullable=True),
    string("followers", nullable=True),
    string("following", nullable=True),
    string("featured", nullable=True),
    string("featured_collections", nullable=True),
    document("moderators", default="[]"),  # of a group: whom attributedTo names
    flag("members_only"),  # does not want to be shown to visitors
    flag("unlisted_for_members"),  # nor what is unlisted
    moment("hidden_before", nullable=True),  # nor what is older
    flag("mods_only"),
    moment("updated_at", nullable=True),  # as its server says
    moment("fetched_at"),
    moment("gone_at", nullable=True),
    Index("ix_remote_actors_host", "host"),
    Index("ix_remote_actors_followers", "followers"),
    comment="owner: federation",
)

remote_keys = Table(
    "remote_keys",
    metadata,
    C("id", Text, primary_key=True),
    reference("account_id", "accounts.id", index=True),
    string("pem", default=""),
    string("multibase", default=""),
    moment("expires_at", nullable=True),
    comment="owner: federation",
)

# Our own keys.  No foreign key: an account's last words are signed when it is gone.
key_pairs = Table(
    "key_pairs",
    metadata,
    C("account_id", Id, primary_key=True, autoincrement=False),  # 0: the server itself
    string("rsa_pem"),
    string("ed25519_pem"),
    moment("created_at"),
    comment="owner: federation",
)

# What a status is to other servers; a row for every remote one, and for local ones that need it.
status_origins = Table(
    "status_origins",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),
    string("type", default="Note"),
    string("in_reply_to", nullable=True),  # while the parent is not here
    string("quote", nullable=True),  # while what is quoted is not here, or not verified
    string("quote_authorization", nullable=True),
    string("reply_authorization", nullable=True),
    string("context", nullable=True),
    string("conversation", nullable=True),
    string("replies", nullable=True),
    string("audience", nullable=True),  # the group it was posted to
    document("policy", nullable=True),
    C("likes", Id, nullable=True),  # as its server counts, for show
    C("shares", Id, nullable=True),
    moment("updated_at", nullable=True),  # as its server says, of the version we have
    moment("fetched_at", nullable=True),
    moment("replies_fetched_at", nullable=True),
    Index("ix_status_origins_in_reply_to", "in_reply_to"),
    Index("ix_status_origins_quote", "quote"),
    Index("ix_status_origins_quote_authorization", "quote_authorization"),
    comment="owner: federation",
)

# Conversations being fetched, or fetched last, from the servers of those who take part.
thread_refreshes = Table(
    "thread_refreshes",
    metadata,
    primary(),
    C("conversation_id", Id, nullable=False),
    moment("started_at"),
    moment("finished_at", nullable=True),
    count("results"),  # posts that were not here before
    UniqueConstraint("conversation_id"),
    comment="owner: federation",
)

# What is gone and must stay so: ids of local things (410), and of remote ones whose end we heard of,
# perhaps before their beginning.
tombstones = Table(
    "tombstones",
    metadata,
    C("uri", Text, primary_key=True),
    string("actor"),
    string("kind", default=""),
    moment("created_at"),
    comment="owner: federation",
)

# Stamps by which local authors let quotes stand (FEP-044f).
quote_stamps = Table(
    "quote_stamps",
    metadata,
    primary(),
    reference("account_id", "accounts.id", index=True),
    reference("status_id", "statuses.id", index=True),  # what is quoted
    string("quoting"),  # the id of the post that quotes
    string("kind", default="Quote"),  # or Reply, Like, Announce: leave for these (GoToSocial)
    moment("created_at"),
    UniqueConstraint("status_id", "quoting", "kind"),
    Index("ix_quote_stamps_quoting", "quoting"),
    comment="owner: federation",
)

# Deliveries to us that were answered 202 and have not had their effects yet.
incoming = Table(
    "incoming",
    metadata,
    primary(),
    string("activity", nullable=True),  # its id; the same one waits only once
    string("sender"),  # whose signature came with it
    flag("proven"),  # that the activity is of its actor; otherwise only its address is used
    C("delivered_to", Id, nullable=False, server_default=text("0")),  # whose inbox; 0: the shared one
    string("host"),  # of the sender
    C("body", LargeBinary, nullable=False),  # as received
    moment("received_at"),
    moment("run_at"),
    moment("locked_until", nullable=True),
    count("attempts"),
    string("last_error", default=""),
    UniqueConstraint("activity", "sender", "delivered_to"),
    Index("ix_incoming_due", "run_at", "id"),
    Index(
        "ix_incoming_sender",
        "sender",
        sqlite_where=text("locked_until IS NOT NULL"),
        postgresql_where=text("locked_until IS NOT NULL"),
    ),
    comment="owner: federation",
)

# What came and is of no kind that has effects here.
unknown_kinds = Table(
    "unknown_kinds",
    metadata,
    C("kind", Text, primary_key=True),  # `View`, `Create of Playlist`
    count("times"),
    string("host"),  # of who sent the last one
    moment("first_at"),
    moment("last_at"),
    comment="owner: federation",
)

# What we send: the bytes once, and a row for each inbox that still has to get them.
outgoing = Table(
    "outgoing",
    metadata,
    primary(),
    C("account_id", Id, nullable=False),  # whose key signs; 0: the server's
    C("body", LargeBinary, nullable=False),
    string("about", nullable=True),  # the id of the object: later words on it replace waiting ones
    string("kind"),  # Create, Update, Delete, …
    document("headers", default="{}"),
    moment("created_at"),
    comment="owner: federation",
)

deliveries = Table(
    "deliveries",
    metadata,
    primary(),
    reference("outgoing_id", "outgoing.id", index=True),
    string("host"),
    string("inbox"),
    string("about", nullable=True),
    document("headers", default="{}"),  # of this inbox alone (FEP-8fcf)
    moment("run_at"),
    count("attempts"),
    string("last_error", default=""),
    Index("ix_deliveries_host", "host", "id"),
    Index("ix_deliveries_about", "about", "inbox"),
    comment="owner: federation",
)

# A row for each host that something waits for: who is next, without looking at every delivery.
delivery_hosts = Table(
    "delivery_hosts",
    metadata,
    C("host", Text, primary_key=True),
    moment("run_at"),
    moment("locked_until", nullable=True),
    Index("ix_delivery_hosts_due", "run_at"),
    comment="owner: federation",
)

relays = Table(
    "relays",
    metadata,
    primary(),
    string("inbox"),
    string("actor", nullable=True),  # LitePub: the actor that is followed
    string("follow_id"),
    string("state", default="pending"),  # pending, accepted, rejected
    moment("created_at"),
    UniqueConstraint("inbox"),
    comment="owner: federation",
)
