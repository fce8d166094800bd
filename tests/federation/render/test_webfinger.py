"""What discovery says of us."""

from __future__ import annotations

import orjson
import pytest

from stoa.federation.parse import nodeinfo as parse_nodeinfo
from stoa.federation.parse import webfinger as parse_webfinger
from stoa.federation.parse.actor import parse_actor
from stoa.federation.parse.jsonld import load
from stoa.federation.render import actor, collection, nodeinfo, webfinger
from tests.federation import village
from tests.federation.village import DOMAIN, HERE


def test_a_handle_leads_to_the_actor_and_back() -> None:
    alice = village.account(avatar_key="a.png")
    found = parse_webfinger.parse_jrd(load(orjson.dumps(webfinger.jrd(alice, HERE, DOMAIN))))
    document = parse_actor(actor.render(alice, HERE, DOMAIN, actor.Keys("PEM")))
    assert found.actor == document.id
    assert f"{found.username}@{found.domain}" == document.handle
    assert found.page == alice.url


@pytest.mark.parametrize("intent", ["Object", "Follow", "Like", "Announce", "Create"])
def test_visitors_of_others_can_act_from_here(intent: str) -> None:
    found = parse_webfinger.parse_jrd(webfinger.jrd(village.account(), HERE, DOMAIN))
    template = found.templates[parse_webfinger.INTENT + intent]
    post = "https://there.example/notes/1"
    filled = parse_webfinger.fill(template, {"object": post, "inReplyTo": post, "uri": post})
    assert filled is not None
    assert "https%3A%2F%2Fthere.example%2Fnotes%2F1" in filled
    assert filled.startswith((HERE.authorize_interaction + "?", HERE.share + "?"))


@pytest.mark.parametrize("domain", ["home.example", "127.0.0.1:8001"])
def test_the_server_has_a_handle_too(domain: str) -> None:
    found = parse_webfinger.parse_jrd(webfinger.instance_jrd(HERE, domain))
    document = parse_actor(actor.render_instance(HERE, domain, "Home", actor.Keys("PEM")))
    assert found.actor == document.id == HERE.instance_actor
    assert f"{found.username}@{found.domain}" == document.handle
    assert (document.type, document.locked) == ("Application", True)


def test_host_meta_names_webfinger_in_both_forms() -> None:
    template = f"{HERE.base}/.well-known/webfinger?resource={{uri}}"
    assert parse_webfinger.lrdd_template(webfinger.host_meta(HERE).encode()) == template
    assert webfinger.host_meta_json(HERE)["links"][0]["template"] == template


@pytest.mark.parametrize("version", nodeinfo.VERSIONS)
def test_nodeinfo_tells_numbers_or_nothing(version: str) -> None:
    def document(usage: nodeinfo.Usage) -> dict[str, object]:
        return nodeinfo.document(
            version, software_version="0.1.0", open_registrations=False, usage=usage, name="Home",
            description="A house.",
        )  # fmt: skip

    told = document(nodeinfo.Usage(users=3, active_month=2, active_half_year=3, posts=9))
    assert told["usage"] == {
        "users": {"total": 3, "activeMonth": 2, "activeHalfyear": 3}, "localPosts": 9,
    }  # fmt: skip
    assert document(nodeinfo.Usage())["usage"] == {"users": {}}
    assert told["version"] == version
    assert parse_nodeinfo.software_of(told) == ("stoa", "0.1.0")
    assert parse_nodeinfo.protocols_of(told) == ("activitypub",)


def test_discovery_leads_to_the_newest_nodeinfo() -> None:
    assert parse_nodeinfo.nodeinfo_address(nodeinfo.discovery(HERE)) == HERE.nodeinfo("2.1")


def test_hidden_collections_tell_only_how_many() -> None:
    assert collection.cover("https://home.example/c", 7, first=None) == {
        "id": "https://home.example/c", "type": "OrderedCollection", "totalItems": 7,
    }  # fmt: skip
