"""What the worker runs: kind of job → handler."""

from __future__ import annotations

from typing import Any

from stoa.core.announcements import publish as announcements
from stoa.core.annual_reports import make as annual_reports
from stoa.core.auth import address, letters
from stoa.core.house import House
from stoa.core.links import look as links
from stoa.core.media import film_uploads, foreign, strays
from stoa.core.moderation import domains, erase, files, standing
from stoa.core.moderation import letters as moderation_letters
from stoa.core.push import send as push
from stoa.core.push.tell import PUSH
from stoa.core.relationships import domain_blocks, move
from stoa.core.statuses import fading, polls, schedule
from stoa.core.timelines import upkeep
from stoa.core.transfers import bring
from stoa.core.trends import refresh as trends
from stoa.db import Connection, Database
from stoa.federation import again, gather, refresh, serials, stamps, synchronise
from stoa.federation.deliver import jobs as deliver
from stoa.federation.door import Door
from stoa.federation.receive import deletes
from stoa.jobs.worker import Handlers, InDatabase, OnNetwork


def of(house: House, door: Door | None = None) -> Handlers:
    """The handlers of *house*; those that speak to other servers need its *door*."""

    async def come_due(conn: Connection, payload: Any) -> None:
        await schedule.come_due(conn, payload, house.settings, house.addresses)

    async def remove_files(db: Database, payload: Any) -> None:
        await strays.remove_files(db, house.storage, payload)

    async def sweep_media(db: Database, payload: Any) -> None:
        await strays.sweep(db, house.storage)
        await film_uploads.of(db).sweep(house.settings)

    async def prune_files(db: Database, payload: Any) -> None:
        await foreign.prune_daily(
            db, house.storage, house.settings.remote_media_days, house.settings.remote_media_bytes
        )

    async def refresh_trends(db: Database, payload: Any) -> None:
        await trends.refresh(db, house.settings.trends)

    async def bring_along(db: Database, payload: Any) -> None:
        way = bring.Way(house.settings.domain, house.addresses, house.resolver)
        await bring.go_on(way, db, payload)

    async def make_films(db: Database, payload: Any) -> None:
        await film_uploads.of(db).make_ready(house.settings, house.storage)

    return {
        announcements.PUBLISH: InDatabase(announcements.publish),
        annual_reports.MAKE: InDatabase(annual_reports.make),
        bring.STEP: OnNetwork(bring_along),
        domain_blocks.LEAVE: InDatabase(domain_blocks.leave),
        domains.SEVER: InDatabase(domains.sever),
        fading.FADE: InDatabase(fading.fade),
        files.SETTLE: InDatabase(files.settle),
        film_uploads.MAKE: OnNetwork(make_films),
        foreign.PRUNE: OnNetwork(prune_files),
        move.GO_ALONG: InDatabase(move.go_along),
        polls.CLOSE: InDatabase(polls.close),
        schedule.PUBLISH: InDatabase(come_due),
        strays.LOOK: OnNetwork(remove_files),
        strays.SWEEP: OnNetwork(sweep_media),
        trends.REFRESH: OnNetwork(refresh_trends),
        upkeep.TRIM: InDatabase(upkeep.trim),
        deletes.CLEAR: InDatabase(deletes.clear),
        erase.ERASE: InDatabase(erase.erase_some),
        standing.AGE: InDatabase(standing.age),
        standing.LAPSE: InDatabase(erase.lapse),
        standing.PART: InDatabase(standing.part),
        **deliver.of(house),
        **_fetching(door),
        **{kind: OnNetwork(write) for kind, write in letters.jobs(house.settings, house.mailer).items()},
        **{kind: OnNetwork(write) for kind, write in address.jobs(house.settings, house.mailer).items()},
        **{
            kind: OnNetwork(write)
            for kind, write in moderation_letters.jobs(house.settings, house.mailer).items()
        },
    }


def _fetching(door: Door | None) -> Handlers:
    if door is None:
        return {}

    house = door.house
    sender = push.Sender(house.settings, house.addresses, house.signing_key, house.push_key, door.http)

    way = links.Way(house.settings, door.http, door.resolver)

    async def look_at_link(db: Database, payload: Any) -> None:
        await links.look(db, way, payload)

    async def send_push(db: Database, payload: Any) -> None:
        await push.send(db, sender, payload)

    kinds = {
        PUSH: send_push,
        links.LOOK: look_at_link,
        **refresh.jobs(door.resolver, door.fetcher),
        **gather.jobs(door.resolver, door.fetcher),
        **serials.jobs(door.resolver, door.fetcher),
        **stamps.jobs(door.resolver, door.fetcher),
        **again.jobs(house, door.resolver, door.fetcher),
        **synchronise.jobs(house, door.fetcher),
    }
    return {kind: OnNetwork(fetch) for kind, fetch in kinds.items()}
