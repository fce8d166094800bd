"""The router: which route answers, with which parameters."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import Response

from stoa.asgi.requests import Request
from stoa.asgi.router import Match, MethodNotAllowed, Route, Router, precedence


async def handler(request: Request) -> Response:
    return Response()


def router(*lines: str) -> Router:
    return Router(Route(method, path, handler) for method, path in map(str.split, lines))


def found(table: Router, method: str, path: str) -> tuple[str, dict[str, str]]:
    match = table.match(method, path)
    assert isinstance(match, Match), match
    return match.route.path, match.params


def test_a_static_path_beats_a_parameter() -> None:
    table = router("GET /api/v1/accounts/{id}", "GET /api/v1/accounts/search")
    assert found(table, "GET", "/api/v1/accounts/search") == ("/api/v1/accounts/search", {})
    assert found(table, "GET", "/api/v1/accounts/7") == ("/api/v1/accounts/{id}", {"id": "7"})


def test_a_static_branch_that_leads_nowhere_is_left_again() -> None:
    table = router("GET /a/b/c", "GET /a/{x}/d", "GET /{y}/b/e")
    assert found(table, "GET", "/a/b/d") == ("/a/{x}/d", {"x": "b"})
    assert found(table, "GET", "/a/b/e") == ("/{y}/b/e", {"y": "a"})
    assert table.match("GET", "/a/b/f") is None


def test_a_parameter_answers_where_the_static_path_has_another_method() -> None:
    table = router("POST /lists/clear", "GET /lists/{id}")
    assert found(table, "GET", "/lists/clear") == ("/lists/{id}", {"id": "clear"})
    assert table.match("PUT", "/lists/clear") == MethodNotAllowed(("GET", "HEAD", "POST"))


def test_parameters_may_have_a_prefix_and_a_suffix_in_their_segment() -> None:
    table = router("GET /{page}", "GET /@{acct}", "GET /@{acct}.rss", "GET /@{acct}/{id}")
    assert found(table, "GET", "/@alice") == ("/@{acct}", {"acct": "alice"})
    assert found(table, "GET", "/@alice.rss") == ("/@{acct}.rss", {"acct": "alice"})
    assert found(table, "GET", "/@a@b.example/1") == (
        "/@{acct}/{id}",
        {"acct": "a@b.example", "id": "1"},
    )
    assert found(table, "GET", "/about") == ("/{page}", {"page": "about"})
    assert found(table, "GET", "/@") == ("/{page}", {"page": "@"})
    assert found(table, "GET", "/@.rss") == ("/@{acct}", {"acct": ".rss"})


def test_a_path_parameter_takes_the_rest() -> None:
    table = router("GET /files/{name:path}", "GET /files/list")
    assert found(table, "GET", "/files/a/b.png") == ("/files/{name:path}", {"name": "a/b.png"})
    assert found(table, "GET", "/files/list") == ("/files/list", {})
    assert table.match("GET", "/files") is None
    assert table.match("GET", "/files/") is None


@pytest.mark.parametrize(
    "path",
    [
        "/files/../secret",
        "/files/%2e%2E/secret",
        "/files/a/%2e%2e%2fsecret",
        "/files/a//b",
        "/files/a%00b",
        "/files/%ff",
        "/files/.",
        "files/a",
        "",
        "*",
    ],
)
def test_no_path_climbs_out_of_a_folder(path: str) -> None:
    assert router("GET /files/{name:path}", "GET /files/x/{name}").match("GET", path) is None


def test_percent_encoding_is_undone_after_splitting() -> None:
    table = router("GET /@{acct}", "GET /tags/{name}")
    assert found(table, "GET", "/%40alice") == ("/@{acct}", {"acct": "alice"})
    assert found(table, "GET", "/tags/a%2Fb") == ("/tags/{name}", {"name": "a/b"})
    assert found(table, "GET", "/tags/%E3%81%82") == ("/tags/{name}", {"name": "あ"})
    assert found(table, "GET", "/tags/a+b%2520") == ("/tags/{name}", {"name": "a+b%20"})


def test_one_trailing_slash_is_forgiven() -> None:
    table = router("GET /", "GET /api/v1/instance", "GET /tags/{name}")
    assert found(table, "GET", "/")[0] == "/"
    assert found(table, "GET", "/api/v1/instance/")[0] == "/api/v1/instance"
    assert found(table, "GET", "/tags/x/") == ("/tags/{name}", {"name": "x"})
    assert table.match("GET", "/tags/x//") is None
    assert table.match("GET", "//") is None


def test_head_is_served_by_get_unless_it_has_its_own_route() -> None:
    table = router("GET /a", "GET /b/{x}", "HEAD /b/{x}", "POST /c")
    assert found(table, "HEAD", "/a")[0] == "/a"
    match = table.match("HEAD", "/b/1")
    assert isinstance(match, Match)
    assert match.route.method == "HEAD"
    assert table.match("HEAD", "/c") == MethodNotAllowed(("POST",))


def test_parameters_are_not_shared_between_requests() -> None:
    table = router("GET /a")
    found(table, "GET", "/a")[1]["x"] = "1"
    assert found(table, "GET", "/a")[1] == {}


@pytest.mark.parametrize(
    "lines",
    [
        ("GET /a", "GET /a"),
        ("GET /a/{x}", "GET /a/{y}"),
        ("GET /@{x}.rss", "GET /@{y}.rss"),
        ("GET /f/{x:path}", "GET /f/{y:path}"),
        ("get /a",),
        ("GET a",),
        ("GET /a/",),
        ("GET /a//b",),
        ("GET /a/../b",),
        ("GET /{a}{b}",),
        ("GET /{a",),
        ("GET /a}",),
        ("GET /{}",),
        ("GET /{a}/{a}",),
        ("GET /{a:path}/b",),
        ("GET /x{a:path}",),
        ("GET /{a-b}",),
    ],
)
def test_a_bad_or_duplicate_route_is_refused_at_start(lines: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"must|cannot be|is the same route"):
        router(*lines)


def test_meta_is_kept_with_the_route() -> None:
    assert Route("GET", "/a", handler, scopes=("read",)).meta == {"scopes": ("read",)}


# Few and short literals, so that routes and paths meet often.
_LITERAL = st.sampled_from(["a", "b", "ab", "@", "a.b"])
_SEGMENT = st.one_of(
    _LITERAL,
    st.just("{}"),
    st.tuples(st.sampled_from(["", "@", "a"]), st.sampled_from(["", ".b", "b"])).map(
        lambda ends: ends[0] + "{}" + ends[1]
    ),
)
_PATTERN = st.tuples(st.lists(_SEGMENT, min_size=1, max_size=3), st.booleans())
_METHOD = st.sampled_from(["GET", "POST", "HEAD"])


def _path(pattern: tuple[list[str], bool]) -> str:
    segments, rest = pattern
    names = iter("uvwxyz")
    parts = [part.replace("{}", f"{{{next(names)}}}") for part in segments]
    return "/" + "/".join([*parts, "{r:path}"] if rest else parts)


def _by_regex(routes: list[Route], method: str, path: str) -> str | None:
    """The slow and obvious way: try every route, in order of how particular it is."""

    def rank(route: Route) -> list[tuple[int, tuple[int, int, str, str]]]:
        ranks = []
        for part in route.path[1:].split("/"):
            prefix, brace, rest = part.partition("{")
            if not brace:
                ranks.append((0, (0, 0, "", "")))
            elif ":path" in rest:
                ranks.append((2, (0, 0, "", "")))
            else:
                ranks.append((1, precedence(prefix, rest.partition("}")[2])))
        return ranks

    if len(path) > 1:
        path = path.removesuffix("/")
    for route in sorted(routes, key=rank):
        pattern = re.escape(route.path)
        pattern = re.sub(r"\\\{\w:path\\\}", "[^/]+(/[^/]+)*", pattern)
        pattern = re.sub(r"\\\{\w\\\}", "[^/]+", pattern)
        if re.fullmatch(pattern, path):
            same = [r for r in routes if rank(r) == rank(route) and _shape(r) == _shape(route)]
            for wanted in (method, "GET" if method == "HEAD" else method):
                for candidate in same:
                    if candidate.method == wanted:
                        return f"{candidate.method} {candidate.path}"
    return None


def _shape(route: Route) -> str:
    return re.sub(r"\{\w", "{", route.path)


@settings(deadline=None)
@given(
    st.lists(st.tuples(_METHOD, _PATTERN), min_size=1, max_size=8),
    st.lists(st.sampled_from(["a", "b", "ab", "@", "@a", "a.b", "@a.b", "abb"]), max_size=4),
    st.booleans(),
    _METHOD,
    st.booleans(),
)
def test_it_agrees_with_a_naive_matcher(
    wanted: list[tuple[str, tuple[list[str], bool]]],
    segments: list[str],
    slash: bool,
    method: str,
    encoded: bool,
) -> None:
    routes: list[Route] = []
    seen = set()
    for verb, pattern in wanted:
        route = Route(verb, _path(pattern), handler)
        if (verb, _shape(route)) not in seen:
            seen.add((verb, _shape(route)))
            routes.append(route)
    path = "/" + "/".join(segments) + ("/" if slash and segments else "")
    expected = _by_regex(routes, method, path)
    sent = quote(path, safe="/") if encoded else path
    match = Router(routes).match(method, sent)
    got = f"{match.route.method} {match.route.path}" if isinstance(match, Match) else None
    assert got == expected


@settings(deadline=None)
@given(st.text())
def test_no_path_makes_it_raise(path: str) -> None:
    table = router("GET /", "GET /{a}", "GET /@{a}/{b}", "GET /f/{r:path}")
    for sent in (path, "/" + path, "/f/" + path, "/f/" + quote(path)):
        table.match("GET", sent)
