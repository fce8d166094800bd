"""Services that translate: LibreTranslate, DeepL, and what speaks like them (core/ports.py: Translator).

The address is the administrator's.  It is of the public internet and by https, unless
`STOA_TRANSLATION_PRIVATE` says that it may be in our own network.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from stoa.core.ports import NotTranslated, Translated
from stoa.http_client import Fetched, HttpClient, NotFetched
from stoa.settings import Settings

MOST_TEXTS = 40  # to a request; DeepL takes 50
MOST_BYTES = 96 * 1024  # and 128 KiB
ANSWER_BYTES = 2 * 1024 * 1024
SECONDS = 40.0
KNOWN_SECONDS = 24 * 3600.0
AFTER_FAILURE_SECONDS = 60.0
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


def translator_for(settings: Settings) -> LibreTranslate | DeepL | None:
    """The one of the settings, or None."""
    if settings.translation == "off":
        return None
    http = HttpClient(settings, anywhere=settings.translation_private == "on")
    kind = LibreTranslate if settings.translation == "libretranslate" else DeepL
    return kind(http, settings.translation_url.rstrip("/"), settings.translation_key)


class _Service:
    """What both have in common: which languages there are is asked once a day."""

    def __init__(self, http: HttpClient, url: str, key: str) -> None:
        self._http, self._url, self._key = http, url, key
        self._known: Mapping[str, Sequence[str]] | None = None
        self._asked_again = 0.0

    async def languages(self) -> Mapping[str, Sequence[str]]:
        """From which language to which.  Raises NotTranslated."""
        now = time.monotonic()
        if now >= self._asked_again:
            self._asked_again = now + AFTER_FAILURE_SECONDS
            try:
                self._known = await self._languages()
                self._asked_again = now + KNOWN_SECONDS
            except (NotTranslated, msgspec.ValidationError):
                if self._known is None:
                    raise NotTranslated("The translation service does not answer") from None
        if self._known is None:
            raise NotTranslated("The translation service does not answer")
        return self._known

    async def _languages(self) -> Mapping[str, Sequence[str]]:
        raise NotImplementedError

    async def _get(self, path: str, headers: Mapping[str, str], kind: Any) -> Any:
        try:
            answer = await self._http.get(
                f"{self._url}{path}", accept="application/json", signer=lambda *_: headers
            )
        except NotFetched:
            raise NotTranslated("The translation service does not answer") from None
        return _read(answer, kind)

    async def _post(self, path: str, body: object, headers: Mapping[str, str], kind: Any) -> Any:
        try:
            answer = await self._http.ask(
                f"{self._url}{path}",
                msgspec.json.encode(body),
                {**_JSON, **headers},
                limit_bytes=ANSWER_BYTES,
                deadline=SECONDS,
            )
        except NotFetched:
            raise NotTranslated("The translation service does not answer") from None
        return _read(answer, kind)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()


def _read(answer: Fetched, kind: Any) -> Any:
    if answer.status == 429:
        raise NotTranslated("The translation service is asked too often just now")
    if answer.status == 456:
        raise NotTranslated("The translation service has done all it was paid for")
    if not answer.is_ok:
        raise NotTranslated("The translation service refuses")
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotTranslated("The translation service answers what nobody understands") from None


def batches(texts: Sequence[str]) -> list[list[str]]:
    """*texts* in lists that fit into a request each."""
    found: list[list[str]] = []
    size = 0
    for text in texts:
        length = len(text.encode())
        if not found or len(found[-1]) >= MOST_TEXTS or size + length > MOST_BYTES:
            found.append([])
            size = 0
        found[-1].append(text)
        size += length
    return found


class _Language(msgspec.Struct):
    code: str
    targets: list[str] | None = None


class _Detected(msgspec.Struct):
    language: str


class _Answer(msgspec.Struct):
    text: list[str] = msgspec.field(name="translatedText")
    detected: list[_Detected] | None = msgspec.field(name="detectedLanguage", default=None)


class LibreTranslate(_Service):
    """LibreTranslate (1.3 and later)."""

    provider = "LibreTranslate"

    async def _languages(self) -> Mapping[str, Sequence[str]]:
        every: list[_Language] = await self._get("/languages", {}, list[_Language])
        codes = [one.code for one in every]
        found = {
            one.code: [to for to in (codes if one.targets is None else one.targets) if to != one.code]
            for one in every
        }
        return {"und": codes, **found}

    async def translate(self, texts: Sequence[str], source: str | None, target: str) -> Translated:
        """HTML fragments in, as many out.  Raises NotTranslated."""
        done: list[str] = []
        spoken = source
        for batch in batches(texts):
            body = {"q": batch, "source": source or "auto", "target": target, "format": "html"}
            if self._key:
                body["api_key"] = self._key
            answer: _Answer = await self._post("/translate", body, {}, _Answer)
            if len(answer.text) != len(batch):
                raise NotTranslated("The translation service answers what nobody understands")
            done += answer.text
            if spoken is None and answer.detected:
                spoken = answer.detected[0].language
        return Translated(done, spoken or "und")


class _Named(msgspec.Struct):
    language: str


class _Text(msgspec.Struct):
    text: str
    source: str = msgspec.field(name="detected_source_language", default="")


class _Texts(msgspec.Struct):
    translations: list[_Text]


class DeepL(_Service):
    """DeepL (API version 2)."""

    provider = "DeepL.com"

    def __init__(self, http: HttpClient, url: str, key: str) -> None:
        # Keys of the free plan end so, and are good for the other address alone.
        usual = "https://api-free.deepl.com" if key.endswith(":fx") else "https://api.deepl.com"
        super().__init__(http, url or usual, key)
        self._headers = {"Authorization": f"DeepL-Auth-Key {key}"}

    async def _languages(self) -> Mapping[str, Sequence[str]]:
        from_: list[_Named] = await self._get("/v2/languages?type=source", self._headers, list[_Named])
        to: list[_Named] = await self._get("/v2/languages?type=target", self._headers, list[_Named])
        # The variants of English and Portuguese have names of their own; asked without one, it takes
        # the usual.
        targets = dict.fromkeys([_name(one.language) for one in to])
        bare = [one for one in ("en", "pt") if any(name.startswith(f"{one}-") for name in targets)]
        every = list(dict.fromkeys([*targets, *bare]))
        sources = [_name(one.language) for one in from_]
        return {"und": every, **{one: [to for to in every if to.split("-")[0] != one] for one in sources}}

    async def translate(self, texts: Sequence[str], source: str | None, target: str) -> Translated:
        """HTML fragments in, as many out.  Raises NotTranslated."""
        done: list[_Text] = []
        for batch in batches(texts):
            body: dict[str, object] = {"text": batch, "target_lang": _CODES.get(target, target).upper()}
            body["tag_handling"] = "html"
            if source is not None:
                body["source_lang"] = source.split("-")[0].upper()
            answer: _Texts = await self._post("/v2/translate", body, self._headers, _Texts)
            if len(answer.translations) != len(batch):
                raise NotTranslated("The translation service answers what nobody understands")
            done += answer.translations
        spoken = source or next((one.source.lower() for one in done if one.source), "und")
        return Translated([one.text for one in done], spoken)


_CODES = {"en": "en-us", "pt": "pt-pt"}


def _name(code: str) -> str:
    """`EN` as `en`, `PT-BR` as `pt-BR`."""
    language, _, rest = code.partition("-")
    return (
        f"{language.lower()}-{rest.upper() if len(rest) == 2 else rest.title()}"
        if rest
        else language.lower()
    )
