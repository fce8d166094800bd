"""WebFinger, host-meta and NodeInfo of others."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.federation.parse import nodeinfo, webfinger
from stoa.federation.parse.jsonld import NotUnderstood

CARL = "https://there.example/users/carl"


@pytest.mark.parametrize(
    "kind",
    [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    ],
)
def test_the_actor_is_found_under_either_type(kind: str) -> None:
    document = {
        "subject": "acct:Carl@There.example",
        "links": [{"rel": "self", "type": kind, "href": CARL}],
    }
    found = webfinger.parse_jrd(document)
    assert (found.username, found.domain, found.actor) == ("Carl", "there.example", CARL)


@pytest.mark.parametrize(
    "link",
    [
        {"rel": "self", "type": "text/html", "href": CARL},
        {"rel": "alternate", "type": "application/activity+json", "href": CARL},
        {"rel": "self", "type": "application/activity+json", "href": "data:x"},
        {"rel": "self", "type": "application/activity+json"},
        {"rel": 1, "type": 2, "href": 3},
    ],
)
def test_other_links_are_no_actor(link: Any) -> None:
    assert webfinger.parse_jrd({"subject": "acct:carl@there.example", "links": [link]}).actor is None


@pytest.mark.parametrize(
    "subject",
    [None, "", "carl@there.example", "acct:carl", "acct:a b@c", "acct:@x", "acct:carl@there.example/x", 1],
)
def test_an_answer_without_a_handle_is_refused(subject: Any) -> None:
    with pytest.raises(NotUnderstood):
        webfinger.parse_jrd({"subject": subject, "links": []})


def test_a_template_is_filled_with_encoded_values() -> None:
    template = "https://there.example/authorize_interaction?uri={uri}&x={unknown}"
    assert webfinger.fill(template, {"uri": "https://home.example/@alice/7?a=1&b"}) == (
        "https://there.example/authorize_interaction?uri=https%3A%2F%2Fhome.example%2F%40alice%2F7%3Fa%3D1%26b&x="
    )
    assert webfinger.fill("javascript:alert('{uri}')", {"uri": "x"}) is None


def test_templates_that_lead_nowhere_are_left_out() -> None:
    links = [
        {"rel": webfinger.SUBSCRIBE, "template": "javascript:{uri}"},
        {"rel": webfinger.INTENT + "Follow", "template": "https://there.example/f?o={object}"},
        {"rel": webfinger.INTENT + "Like"},
    ]
    found = webfinger.parse_jrd({"subject": "acct:carl@there.example", "links": links})
    assert found.templates == {webfinger.INTENT + "Follow": "https://there.example/f?o={object}"}


def test_host_meta_is_searched_without_expanding_anything() -> None:
    document = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>
    <XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="other" template="https://a.example/{uri}"/>
    <Link template='https://there.example/wf?q={uri}&amp;x=1' rel='lrdd'/></XRD>"""
    assert webfinger.lrdd_template(document) == "https://there.example/wf?q={uri}&x=1"
    assert webfinger.lrdd_template(b"<Link rel='lrdd' template='https://a.example/'/>") is None
    assert webfinger.lrdd_template(b"<Link rel='lrdd' template='file:///{uri}'/>") is None
    assert webfinger.lrdd_template(b"\xff<" * 1000) is None


def test_the_newest_nodeinfo_is_chosen() -> None:
    rel = "http://nodeinfo.diaspora.software/ns/schema/"
    links = [
        {"rel": rel + "2.0", "href": "https://there.example/2.0"},
        {"rel": rel + "2.1", "href": "https://there.example/2.1"},
        {"rel": rel + "9.9", "href": "file:///etc/passwd"},
    ]
    assert nodeinfo.nodeinfo_address({"links": links}) == "https://there.example/2.1"
    assert nodeinfo.nodeinfo_address({"links": links[2:]}) is None


def test_software_is_named_in_lower_case() -> None:
    assert nodeinfo.software_of({"software": {"name": "Stoa", "version": "1"}}) == ("stoa", "1")
    assert nodeinfo.software_of({}) == ("", "")
    assert nodeinfo.protocols_of({"protocols": {"inbound": ["activitypub"]}}) == ("activitypub",)
