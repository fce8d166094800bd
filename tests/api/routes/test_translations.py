"""Translation, by services on this machine that speak as LibreTranslate and DeepL do."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine

from stoa.core.house import House
from stoa.core.policy.draft import PollDraft
from stoa.core.statuses import translate
from stoa.main.translators import DeepL
from tests import contract
from tests.client import Client
from tests.core.media.pictures import encoded, quartered
from tests.http_client.serving import Answer, Asked, Server, answer, serve
from tests.make import Make


@dataclass
class Service:
    """A service that writes every text in capitals' stead as `xx[…]`; *broken*: the status it answers."""

    server: Server | None = None
    broken: int = 0
    evil: str = ""
    elsewhere: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)

    def respond(self, asked: Asked) -> Answer:
        if self.elsewhere:
            return answer(302, location=self.elsewhere)
        if self.broken:
            return answer(self.broken, b'{"error":"no"}')
        path = asked.line.split(" ")[1]
        if path == "/languages":
            return answer(
                body=json.dumps(
                    [
                        {"code": "en", "name": "English", "targets": ["en", "de"]},
                        {"code": "de", "name": "German", "targets": ["en"]},
                    ]
                ).encode()
            )
        if path.startswith("/v2/"):
            return self._deepl(asked, path)
        said = json.loads(asked.body)
        self.sent.append(said)
        made: dict[str, Any] = {"translatedText": [self._made(one) for one in said["q"]]}
        if said["source"] == "auto":
            made["detectedLanguage"] = [{"language": "en", "confidence": 90} for _ in said["q"]]
        return answer(body=json.dumps(made).encode())

    def _deepl(self, asked: Asked, path: str) -> Answer:
        if asked.headers.get("authorization") != "DeepL-Auth-Key secret:fx":
            return answer(403)
        if path == "/v2/languages?type=source":
            return answer(body=b'[{"language":"EN","name":"English"},{"language":"DE","name":"German"}]')
        if path == "/v2/languages?type=target":
            return answer(body=b'[{"language":"EN-GB","name":"E"},{"language":"DE","name":"German"}]')
        said = json.loads(asked.body)
        self.sent.append(said)
        texts = [{"detected_source_language": "EN", "text": self._made(one)} for one in said["text"]]
        return answer(body=json.dumps({"translations": texts}).encode())

    def _made(self, text: str) -> str:
        return text.replace("Hello", "Hallo").replace("cats", "Katzen") + self.evil


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    async with serve(made.respond) as server:
        made.server = server
        yield made


@pytest.fixture
def kind() -> str:
    return "libretranslate"


@pytest.fixture
def private() -> str:
    return "on"


@pytest.fixture
def settings_given(service: Service, kind: str, private: str) -> dict[str, str]:
    assert service.server is not None
    return {
        "STOA_RATE_LIMITS": "off",
        "STOA_TRANSLATION": kind,
        "STOA_TRANSLATION_URL": f"http://127.0.0.1:{service.server.port}/",
        "STOA_TRANSLATION_KEY": "secret:fx",
        "STOA_TRANSLATION_PRIVATE": private,
    }


async def test_the_whole_of_a_post_is_translated_and_stays_html(
    make: Make, client: Client, service: Service
) -> None:
    alice = await make.account("alice")
    post = await make.status(
        alice,
        "**Hello** <cats> https://x.example/cats-and-dogs",
        content_type="text/markdown",
        title="Hello & goodbye",
        spoiler_text="about cats & <b>",
        language="en",
        poll=PollDraft(options=("cats", "no cats"), expires_in=3600),
    )
    path = f"/api/v1/statuses/{post}/translate"
    made = (await client.post(path, token=alice.token, form={"lang": "de"})).ok()
    assert not contract.problems(made, "Translation")
    assert made["content"].startswith("<p><strong>Hallo &amp; goodbye</strong></p>")
    assert "<strong>Hallo</strong>" in made["content"]
    assert (made["language"], made["detected_source_language"]) == ("de", "en")
    assert (made["spoiler_text"], made["provider"]) == ("about Katzen & <b>", "LibreTranslate")
    assert [one["title"] for one in made["poll"]["options"]] == ["Katzen", "no Katzen"]
    assert made["media_attachments"] == []
    [sent] = service.sent
    assert (sent["source"], sent["target"], sent["format"]) == ("en", "de", "html")
    assert sent["api_key"] == "secret:fx"
    # The next who asks costs nothing; another text does.
    bob = await make.account("bob")
    assert (await client.post(path, token=bob.token, json={"lang": "de-AT"})).ok() == made
    assert len(service.sent) == 1
    await client.put(f"/api/v1/statuses/{post}", token=alice.token, json={"status": "Hello cats"})
    assert "Hallo Katzen" in (await client.post(path, token=bob.token, json={"lang": "de"})).ok()["content"]
    assert len(service.sent) == 2


async def test_the_descriptions_of_pictures_are_translated(
    make: Make, client: Client, house: House
) -> None:
    alice = await make.account("alice")
    sent = await client.post(
        "/api/v2/media",
        token=alice.token,
        form={"description": "Hello cats"},
        files={"file": ("a.png", encoded(quartered(), "PNG"), "image/png")},
    )
    post = await client.post(
        "/api/v1/statuses",
        token=alice.token,
        json={"status": "Hello", "language": "en", "media_ids": [sent.ok()["id"]]},
    )
    made = await client.post(
        f"/api/v1/statuses/{post.ok()['id']}/translate", token=alice.token, json={"lang": "de"}
    )
    assert made.ok()["media_attachments"] == [{"id": sent.json["id"], "description": "Hallo Katzen"}]


async def test_what_comes_back_is_sanitised(make: Make, client: Client, service: Service) -> None:
    alice = await make.account("alice")
    post = await make.status(alice, "Hello", spoiler_text="Hello", language="en")
    service.evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
    made = await client.post(f"/api/v1/statuses/{post}/translate", token=alice.token, json={"lang": "de"})
    assert "onerror" not in made.text
    assert "<script" not in made.text
    assert made.json["spoiler_text"].startswith("Hallo")


async def test_where_no_language_is_known_the_service_finds_out(
    make: Make, client: Client, service: Service
) -> None:
    alice = await make.account("alice")
    carl = await make.remote("carl@there.example")
    post = await make.status(carl, content="<p>Hello</p>", uri="https://there.example/1", language="tlh")
    made = await client.post(f"/api/v1/statuses/{post}/translate", token=alice.token, json={"lang": "de"})
    assert made.ok()["detected_source_language"] == "en"
    assert service.sent[0]["source"] == "auto"


async def test_only_what_everybody_may_read_leaves_the_house(
    make: Make, client: Client, service: Service
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for visibility, status in (("private", 403), ("direct", 403), ("public", 200), ("unlisted", 200)):
        post = await make.status(alice, "Hello", visibility=visibility, language="en")
        path = f"/api/v1/statuses/{post}/translate"
        assert (await client.post(path, token=alice.token, json={"lang": "de"})).status == status
        hidden = 404 if status == 403 else 200
        assert (await client.post(path, token=bob.token, json={"lang": "de"})).status == hidden
        assert (await client.post(path, json={"lang": "de"})).status == 401
    assert len(service.sent) == 2
    write_only = await make.token(bob, "write")
    assert (await client.post(path, token=write_only, json={"lang": "de"})).status == 403


async def test_wrong_wishes_are_refused(make: Make, client: Client, service: Service) -> None:
    alice = await make.account("alice")
    post = await make.status(alice, "Hello", language="en")
    path = f"/api/v1/statuses/{post}/translate"
    for lang, status in (("fr", 403), ("en", 403), ("x" * 500, 422), ("de\0", 400), ("", 403)):
        answered = await client.post(path, token=alice.token, json={"lang": lang})
        assert answered.status == status, lang
    assert (await client.post(path, token=alice.token)).status == 403  # into English, which it is
    for other in ("1", "x", "9" * 30):
        answered = await client.post(f"/api/v1/statuses/{other}/translate", token=alice.token)
        assert answered.status == 404
    assert service.sent == []


@pytest.mark.parametrize("status", [429, 500, 403, 456])
async def test_a_service_that_fails_is_no_failure_of_ours(
    make: Make, client: Client, service: Service, status: int
) -> None:
    alice = await make.account("alice")
    post = await make.status(alice, "Hello", language="en")
    path = f"/api/v1/statuses/{post}/translate"
    assert (await client.get("/api/v1/instance/translation_languages")).ok() == {
        "und": ["en", "de"],
        "en": ["de"],
        "de": ["en"],
    }
    service.broken = status
    answered = await client.post(path, token=alice.token, json={"lang": "de"})
    assert (answered.status, answered.headers["retry-after"]) == (503, "60")
    assert "secret" not in answered.text
    service.broken = 0
    assert (await client.post(path, token=alice.token, json={"lang": "de"})).status == 200


async def test_a_service_that_never_answered_translates_nothing(
    make: Make, client: Client, service: Service
) -> None:
    alice = await make.account("alice")
    post = await make.status(alice, "Hello", language="en")
    service.broken = 500
    assert (await client.get("/api/v1/instance/translation_languages")).ok() == {}
    path = f"/api/v1/statuses/{post}/translate"
    assert (await client.post(path, token=alice.token, json={"lang": "de"})).status == 503
    assert service.server is not None
    assert len(service.server.asked) == 1  # and is left alone for a minute


@pytest.mark.parametrize("private", ["off"])
async def test_inside_our_own_network_only_where_the_settings_say_so(
    make: Make, client: Client, service: Service
) -> None:
    alice = await make.account("alice")
    post = await make.status(alice, "Hello", language="en")
    path = f"/api/v1/statuses/{post}/translate"
    assert (await client.post(path, token=alice.token, json={"lang": "de"})).status == 503
    assert service.server is not None
    assert service.server.asked == []


async def test_the_way_into_our_own_network_leads_to_the_service_alone(
    client: Client, service: Service
) -> None:
    async with serve(lambda asked: answer(body=b"[]")) as other:
        service.elsewhere = f"http://127.0.0.1:{other.port}/languages"
        assert (await client.get("/api/v1/instance/translation_languages")).ok() == {}
        assert other.asked == []


@pytest.mark.parametrize("kind", ["deepl"])
async def test_deepl_is_spoken_with_in_its_own_way(make: Make, client: Client, service: Service) -> None:
    alice = await make.account("alice")
    post = await make.status(alice, "Hello cats", language="en")
    path = f"/api/v1/statuses/{post}/translate"
    languages = (await client.get("/api/v1/instance/translation_languages")).ok()
    assert languages == {"und": ["en-GB", "de", "en"], "en": ["de"], "de": ["en-GB", "en"]}
    made = (await client.post(path, token=alice.token, json={"lang": "de"})).ok()
    assert not contract.problems(made, "Translation")
    assert (made["content"], made["provider"]) == ("<p>Hallo Katzen</p>", "DeepL.com")
    assert service.sent[0] == {
        "text": ["<p>Hello cats</p>"],
        "target_lang": "DE",
        "source_lang": "EN",
        "tag_handling": "html",
    }
    german = await make.status(alice, "Hallo", language="de")
    await client.post(f"/api/v1/statuses/{german}/translate", token=alice.token, json={"lang": "en"})
    assert service.sent[1]["target_lang"] == "EN-US"


async def test_a_long_post_is_sent_in_parts(make: Make, client: Client, service: Service) -> None:
    alice = await make.account("alice")
    words = "\n\n".join(f"Hello {'cats and ' * 600}{number}" for number in range(11))
    post = await make.status(alice, words, language="en")
    made = (
        await client.post(f"/api/v1/statuses/{post}/translate", token=alice.token, json={"lang": "de"})
    ).ok()
    assert made["content"].count("<p>") == 11
    assert "cats" not in made["content"]
    [sent] = service.sent
    assert len(sent["q"]) == 11


async def test_what_is_old_is_forgotten(house: House, make: Make, client: Client, service: Service) -> None:
    alice = await make.account("alice")
    posts = [await make.status(alice, "Hello", language="en") for _ in range(2)]
    for post in posts:
        await client.post(f"/api/v1/statuses/{post}/translate", token=alice.token, json={"lang": "de"})
        with time_machine.travel(translate.KEPT_MS / 1000 + 1 + time.time(), tick=True):
            await client.post(f"/api/v1/statuses/{post}/translate", token=alice.token, json={"lang": "de"})
    assert len(service.sent) == 4


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "off"}])
async def test_where_nothing_is_set_nothing_is_translated(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    post = await make.status(alice, "Hello", language="en")
    answered = await client.post(f"/api/v1/statuses/{post}/translate", token=alice.token)
    assert answered.status == 403
    assert (await client.get("/api/v1/instance/translation_languages")).ok() == {}
    about = (await client.get("/api/v2/instance")).ok()
    assert about["configuration"]["translation"] == {"enabled": False}


async def test_apps_are_told_that_there_is_translation(client: Client) -> None:
    about = (await client.get("/api/v2/instance")).ok()
    assert about["configuration"]["translation"] == {"enabled": True}


def test_keys_of_the_free_plan_go_to_its_address() -> None:
    made: Any = None
    assert DeepL(made, "", "abc:fx")._url == "https://api-free.deepl.com"
    assert DeepL(made, "", "abc")._url == "https://api.deepl.com"
