"""Ids grow with time and carry it; addresses are spelt in one place."""

from __future__ import annotations

import threading
from itertools import pairwise

import time_machine

from stoa import ids


def test_ids_of_one_process_strictly_grow_even_in_one_millisecond_or_when_the_clock_steps_back() -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        made = [ids.new_id() for _ in range(70_000)]
        clock.shift(-3600)
        made += [ids.new_id() for _ in range(10)]
    assert all(earlier < later for earlier, later in pairwise(made))


def test_threads_share_the_sequence() -> None:
    made: list[int] = []
    threads = [
        threading.Thread(target=lambda: made.extend(ids.new_id() for _ in range(2000))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


def test_an_id_tells_when_it_was_made() -> None:
    assert ids.time_of(ids.new_id(at_ms=1_700_000_000_123)) == 1_700_000_000_123


def test_times_are_written_as_apps_read_them() -> None:
    assert ids.iso(1_700_000_000_007) == "2023-11-14T22:13:20.007Z"
