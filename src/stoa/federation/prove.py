"""Whether a handle is an actor's own: both sides have to say so (F3.2).

A server gives out the handles that end in its domain, by WebFinger; an actor names one.  Neither is
believed alone: a handle of another's domain costs an actor nothing to claim, and a server can point
at an actor that never heard of it.
"""

from __future__ import annotations

from stoa.federation import handles
from stoa.federation.fetch import Fetcher
from stoa.federation.handles import Handle
from stoa.federation.missing import NotResolved
from stoa.federation.parse.actor import RemoteActor
from stoa.federation.parse.webfinger import RemoteHandle


async def handle_of(fetcher: Fetcher, actor: RemoteActor, local_domain: str) -> Handle:
    """The handle under which *actor* is known, which its domain confirms.

    Where WebFinger calls the handle that the actor claims by another name, that name's server is
    asked too, and then no further.  Raises NotResolved: final where the two do not agree.
    """
    scheme = actor.id.partition(":")[0].lower()
    claimed = handles.parse(actor.handle or f"{actor.username}@{actor.host}")
    for _ in range(2):
        if claimed is None or claimed.domain == local_domain:
            raise NotResolved(actor.id, "it claims a handle that cannot be its own", final=True)
        said = await fetcher.webfinger(str(claimed), scheme=scheme)
        if said.actor != actor.id:
            raise NotResolved(actor.id, f"{claimed} is somebody else, says its server", final=True)
        subject = subject_of(said)
        if subject is not None and subject.key == claimed.key:
            # As the actor writes it, where that is the same name.
            same = actor.username.lower() == subject.username.lower()
            return Handle(actor.username if same else subject.username, subject.domain)
        claimed = subject
    raise NotResolved(actor.id, "its handle leads from one name to another", final=True)


def subject_of(said: RemoteHandle) -> Handle | None:
    """The handle that a WebFinger answer is about, in one spelling; None if it is none."""
    return handles.parse(f"{said.username}@{said.domain}")
