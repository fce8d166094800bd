"""Pages and documents beside the API: their paths from the route tables, the fields of their forms from
the source of the module that shows them.
"""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache

from stoa.asgi.router import Route
from stoa.main import Assembled, doors
from stoa.web import drafts
from stoa.web.app import PAGES
from tests.fuzz.calls import FORM_TOKEN, Operation

_FIELD = re.compile(
    r'(?:text_of\(\w+, |is_ticked\(\w+, |(?:form|query)\.get\(|(?:form|query|given)\[)"(\w+)"'
)
_WRITTEN = frozenset(("POST", "PUT", "PATCH", "DELETE"))


@cache
def _fields() -> dict[tuple[str, str], list[str]]:
    """(method, path) of a page → what its module reads of forms and queries."""
    found = {}
    for method, path, handler in PAGES:
        source = inspect.getsource(sys.modules[handler.__module__])
        if handler.__module__.endswith((".write", ".post")):
            source += inspect.getsource(drafts)
        found[method, path] = sorted(set(_FIELD.findall(source)))
    return found


def operations(made: Assembled) -> list[Operation]:
    """Every route that is not the API's; writing ones know the token that forms carry."""
    return [
        _operation(route)
        for route in doors.routes(made.house, made.door)
        if not route.path.startswith(("/api/", "/oauth/token", "/oauth/revoke"))
    ]


def _operation(route: Route) -> Operation:
    names = _fields().get((route.method, route.path), ["page", "max_id", "resource", "rel"])
    known = {name: {"type": "string"} for name in names}
    body = None
    if route.method in _WRITTEN:
        tokens = {"form_token": {"type": "string", "enum": [FORM_TOKEN]}}
        files = {"pictures": {"type": "string", "format": "binary"}}
        body = {"type": "object", "properties": {**known, **files, **tokens}, "required": ["form_token"]}
    return Operation(route.method, route.path, "", list(known.items()), body, is_page=True)
