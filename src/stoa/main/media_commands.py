"""`stoa media …`: the files that posts and people show."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.media import foreign, strays
from stoa.core.media.storage import LocalStorage
from stoa.core.ports import Storage
from stoa.main.bucket import Bucket

AT_ONCE = 100


async def prune(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Forget the copies of files of other servers that are older than *days*, and remove what no record
    names any more.
    """
    if options.days < 0:
        raise Unprocessable("Days are counted from 0 on.")
    forgotten = await foreign.prune(
        house.db, house.storage, options.days, house.settings.remote_media_bytes
    )
    await strays.sweep(house.db, house.storage)
    files = "file" if forgotten == 1 else "files"
    return {"forgotten": forgotten}, f"Copies of {forgotten} {files} of other servers were forgotten."


async def copy(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Copy all files from the data folder into the bucket of the settings, or *back*.

    What is there already is passed over, so that it can be broken off and begun again, and run once
    before the server changes over and once after.  Nothing is removed.
    """
    if not house.settings.s3_bucket:
        raise Unprocessable("No bucket is named. Set STOA_S3_BUCKET and its keys for this command.")
    folder, bucket = LocalStorage(house.settings.media_folder), Bucket(house.settings)
    source, target = (bucket, folder) if options.back else (folder, bucket)
    done = skipped = 0
    with tempfile.TemporaryDirectory(prefix="stoa-") as place:
        async for found in source.all_held():
            keys = iter(found)
            while some := list(islice(keys, AT_ONCE)):
                there = await target.held(some)
                for key in some:
                    if key in there:
                        skipped += 1
                    elif await _pass_on(source, target, key, Path(place) / "file"):
                        done += 1
                print(f"{done + skipped} so far ...", file=sys.stderr, flush=True)
    where = "folder" if options.back else "bucket"
    said = f"{done} files were copied into the {where}; {skipped} were there already."
    return {"copied": done, "there": skipped}, said


async def _pass_on(source: Storage, target: Storage, key: str, place: Path) -> bool:
    """Whether the file was still there to be copied."""
    path = source.local(key)
    try:
        if path is None:
            about = (await source.held([key]))[key]
            with place.open("wb") as file:
                async for part in source.read(key, 0, about.size):
                    file.write(part)
        await target.save(key, path or place)
    except (NotFound, KeyError, FileNotFoundError):
        return False  # somebody has deleted it meanwhile
    return True


def add_to(media: Any, shared: Any, in_house: Callable[[Any], Any]) -> None:
    """The verbs of `stoa media`."""
    one = media.add_parser(
        "prune", parents=[shared], help="forget copies of files of other servers; they are fetched anew"
    )
    one.add_argument("--days", type=int, default=14, metavar="N", help="that are older than this (14)")
    one.set_defaults(act=in_house(prune))
    one = media.add_parser("copy", parents=[shared], help="copy files from the data folder into a bucket")
    one.add_argument("--back", action="store_true", help="from the bucket into the data folder")
    one.set_defaults(act=in_house(copy))
