"""Calls, one after the other; whatever broke is told with the call that broke it."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import traceback
from collections import Counter
from collections.abc import Callable

import msgspec

from stoa.core.auth import sessions
from stoa.core.auth.sessions import COOKIE
from stoa.core.house import House
from stoa.jobs.worker import Worker
from stoa.main import Assembled, application
from stoa.web.forms import form_token
from tests.client import Answer, Client
from tests.fuzz import calls, village
from tests.fuzz.values import Values

ROUND = 150
"""Calls for which one village lasts."""

PATIENCE_SECONDS = 20.0
ACCEPTED = ("text/html", "text/html", "application/activity+json")


class Failure(msgspec.Struct):
    """What broke: *what* in a line, with the call and the traces that were logged."""

    number: int
    what: str
    call: str
    logged: list[str]

    def __str__(self) -> str:
        return "\n".join([f"call {self.number}: {self.what}", self.call, *self.logged])


class Outcome(msgspec.Struct):
    """What broke, how many answers there were of each status, and which operations were called."""

    failures: list[Failure]
    statuses: Counter[int]
    called: Counter[str]
    worked: set[str]


class _Ear(logging.Handler):
    """Hears every error that the program logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.heard.append(f"{record.getMessage()}\n{trace[-3_000:]}")

    def take(self) -> list[str]:
        heard, self.heard = self.heard, []
        return heard


async def run(
    made: Assembled,
    count: int,
    seed: int,
    *,
    known: list[calls.Operation],
    told: Callable[[int], None] = lambda number: None,
) -> Outcome:
    """*count* calls of *known*, and the work they leave behind, in the order that *seed* gives."""
    client = Client(application(made.house, made.door))
    outcome = Outcome([], Counter(), Counter(), set())
    ear = _Ear()
    logging.getLogger("stoa").addHandler(ear)
    try:
        for first in range(0, count, ROUND):
            rng = random.Random(f"{seed} {first}")
            people = await village.found(made.house, client, rng)
            values = Values(rng, people.ids)
            for number in range(first, min(first + ROUND, count)):
                call = calls.make(rng, rng.choice(known), values)
                await _one(made, client, call, number, people, rng, outcome, ear)
                client.cookies.clear()
            await _work(made.worker, first, outcome, ear)
            told(min(first + ROUND, count))
    finally:
        logging.getLogger("stoa").removeHandler(ear)
    return outcome


async def _one(
    made: Assembled, client: Client, call: calls.Made, number: int, people: village.Village,
    rng: random.Random, outcome: Outcome, ear: _Ear,
) -> None:  # fmt: skip
    name = f"{call.operation.method} {call.operation.path}"
    outcome.called[name] += 1
    what = ""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await _sent(made, client, call, people)
    except TimeoutError:
        what = "took for ever"
    except Exception as error:
        what = f"raised {error!r}\n{traceback.format_exc()[-3_000:]}"
    else:
        outcome.statuses[answer.status] += 1
        if answer.status >= 500:
            what = f"answered {answer.status}: {answer.body[:300]!r}"
        elif answer.status < 300 or answer.status == 303:  # as a form answers
            outcome.worked.add(name)
            kind = answer.headers.get("content-type", "")
            if kind.startswith("application/json") and "content-encoding" not in answer.headers:
                people.learn(rng, _taught_by(call.operation), json.loads(answer.body))
    heard = ear.take()
    if what or heard:
        outcome.failures.append(Failure(number, what or "logged an error", str(call), heard))


def _taught_by(operation: calls.Operation) -> str:
    """The section of the ids in what *operation* answers."""
    if operation.path.endswith("{filter_id}/statuses"):
        return "filter_statuses"
    return operation.section.rpartition("/")[2]


async def _sent(made: Assembled, client: Client, call: calls.Made, people: village.Village) -> Answer:
    url = f"{call.path}?{call.query}" if call.query else call.path
    headers, body, token = dict(call.headers), call.body, people.tokens[call.role]
    if call.operation.is_page:
        token = None
        headers.setdefault("accept", ACCEPTED[len(url) % len(ACCEPTED)])
        cookie = people.cookies.get(call.role, "")
        if cookie and "cookie" not in headers:
            headers["cookie"] = f"{COOKIE}={cookie}"
        body = body.replace(calls.FORM_TOKEN.encode(), await _form_token(made.house, cookie))
    if "authorization" in headers:
        token = None
    return await client.request(call.operation.method, url, token=token, body=body, headers=headers)


async def _form_token(house: House, cookie: str) -> bytes:
    async with house.db.read() as conn:
        return form_token(house, await sessions.find(conn, cookie)).encode()


async def _work(worker: Worker, first: int, outcome: Outcome, ear: _Ear) -> None:
    await worker.drain()
    for heard in ear.take():
        outcome.failures.append(Failure(first, "left a job that breaks", "", [heard]))
