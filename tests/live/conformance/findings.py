"""What the calls found, added up, and whether it is everything."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests import contract
from tests.compatibility import neutral
from tests.description import document
from tests.live.conformance import entities

# What no call on a server can bring about, each with its reason.
NEVER_SEEN = {
    "IdentityProof": "removed in 3.5.0; its endpoint answers an empty list, as documented",
}


class Findings:
    """What was called, what was wrong, what was seen."""

    def __init__(self) -> None:
        self.called: Counter[str] = Counter()
        self.errors: list[str] = []
        self.entities: Counter[str] = Counter()
        self.fields: set[tuple[str, str]] = set()
        self.sent: set[tuple[str, str]] = set()
        self.kinds: set[str] = set()

    def wrong(self, name: str, what: str) -> None:
        """*name* did *what* it should not."""
        said = f"{name}: {what}"
        if said not in self.errors:
            self.errors.append(said)

    def look(self, name: str, value: Any, kind: str) -> None:
        """Check *value* against *kind* to the last field, and remember what was seen."""
        for problem in (*contract.problems(value, kind), *entities.within_maps(value, kind)):
            self.wrong(name, problem)
        for one in entities.found(value, kind):
            self.entities[one.kind] += 1
            self.fields |= {(one.kind, field) for field in one.said}
            for unknown in one.unknown:
                self.wrong(name, f"{one.kind}.{unknown} is documented nowhere")

    @property
    def missing(self) -> list[str]:
        """Endpoints that were never called with success."""
        return sorted(set(map(key, contract.endpoints())) - set(self.called))

    @property
    def unseen(self) -> list[str]:
        """Entities that no answer held, apart from those that cannot be."""
        return sorted(set(contract.entities()) - set(self.entities) - set(NEVER_SEEN))

    @property
    def needless(self) -> list[str]:
        """Entities said to be never seen, and seen."""
        return sorted(set(NEVER_SEEN) & set(self.entities))

    @property
    def unsent(self) -> list[str]:
        """Documented parameters that no call carried."""
        known = {(name, one["name"]) for name, some in parameters().items() for one in some}
        return sorted(f"{name} {parameter}" for name, parameter in known - self.sent)

    @property
    def untold(self) -> list[str]:
        """Kinds of notifications that nobody was told of."""
        return sorted(set(contract.entities()["Notification"]["type"]["enum"]) - self.kinds)

    def silent(self) -> list[str]:
        """Fields that never said anything."""
        known = {(kind, field) for kind, fields in contract.entities().items() for field in fields}
        return sorted(f"{kind}.{field}" for kind, field in known - self.fields)

    @property
    def failures(self) -> list[str]:
        """Everything that keeps this from being all."""
        return [
            *self.errors,
            *(f"{one}: never called with success" for one in self.missing),
            *(f"{one}: never seen" for one in self.unseen),
            *(f"{one}: nobody was told of one" for one in self.untold),
            *(f"{one}: is seen, so it needs no exemption" for one in self.needless),
        ]

    def summary(self) -> str:
        """What to print."""
        every, fields = contract.endpoints(), sum(len(one) for one in contract.entities().values())
        given = sum(len(some) for some in parameters().values())
        kinds = contract.entities()["Notification"]["type"]["enum"]
        exempted = ", ".join(NEVER_SEEN)
        lines = [
            f"endpoints   {len(every) - len(self.missing)}/{len(every)} answered as documented",
            f"entities    {len(self.entities)}/{len(contract.entities())} seen, exempted: {exempted}",
            f"fields      {len(self.fields)}/{fields} with a value, {len(self.errors)} errors",
            f"parameters  {given - len(self.unsent)}/{given} accepted",
            f"notices     {len(self.kinds)}/{len(kinds)} kinds",
            f"calls       {sum(self.called.values())}",
            *self.failures,
        ]
        return "\n".join(lines)


def key(endpoint: dict[str, Any]) -> str:
    """`GET /api/v1/lists/:id`."""
    return f"{endpoint['method']} {endpoint['path']}"


def parameters() -> dict[str, list[dict[str, Any]]]:
    """Endpoint → its documented parameters."""
    documented = document.documented()
    return {name: documented.get(neutral(name), []) for name in map(key, contract.endpoints())}
