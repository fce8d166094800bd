"""`python -m bench.films`: what a film of 40 MB costs: seconds, and memory of worker and server.

The films are made here: noise, so that they are as large as they say.
"""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import av

from stoa.core.media import convert, sandbox
from stoa.core.media.model import FilmLimits

SIZE = 40 * 1024 * 1024
FRAMES_A_SECOND = 30


def make(path: Path, codec: str) -> int:
    """A film of 1920x1080 and SIZE bytes, in *codec*; its seconds."""
    with av.open(path, "w", format="mp4") as out:
        options = {"threads": "2"} | ({"preset": "ultrafast"} if codec == "libx264" else {})
        stream: Any = out.add_stream(codec, rate=FRAMES_A_SECOND, options=options)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        stream.bit_rate = 12_000_000
        noise = [os.urandom(160 * 90 * 3) for _ in range(8)]
        count = 0
        while path.stat().st_size < SIZE:
            for data in noise:
                frame = av.VideoFrame(160, 90, "rgb24")
                for row in range(90):
                    line = frame.planes[0].line_size
                    whole = bytearray(bytes(frame.planes[0]))
                    whole[row * line : row * line + 480] = data[row * 480 : row * 480 + 480]
                    frame.planes[0].update(bytes(whole))
                large = frame.reformat(1920, 1080, "yuv420p")
                large.pts = count
                count += 1
                out.mux(stream.encode(large))
        out.mux(stream.encode())
    return count // FRAMES_A_SECOND


def _peak(pid: int) -> int:
    """Kilobytes that the process had at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return max((int(one.split()[1]) for one in lines if one.startswith("VmHWM")), default=0)


async def measure(path: Path) -> str:
    """Seconds and megabytes of one film, in words."""
    begun = time.monotonic()
    task = asyncio.create_task(convert.film(path, FilmLimits()))
    peak = 0
    while not task.done():
        await asyncio.sleep(0.05)
        for worker in sandbox.films().workers:
            peak = max(peak, _peak(worker.pid))
    film = await task
    seconds = time.monotonic() - begun
    size = film.original.stat().st_size / 1024 / 1024
    return f"{seconds:.1f} s, worker {peak // 1024} MB, out {size:.1f} MB ({film.meta['length']})"


async def main() -> None:
    """Both ways: kept as it is, and made anew."""
    with tempfile.TemporaryDirectory() as folder:
        for codec, words in (("libx264", "H.264, kept"), ("mpeg4", "MPEG-4, made anew")):
            path = Path(folder) / codec
            path.touch()
            await asyncio.to_thread(make, path, codec)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            told = await measure(path)
            more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            print(f"{words}, {path.stat().st_size / 1024 / 1024:.0f} MB: {told}; server +{more // 1024} MB")
            await sandbox.close()


if __name__ == "__main__":
    asyncio.run(main())
