"""megalodon, the library under several apps (Whalebird, Fedistar): it reads, writes and looks on."""

from __future__ import annotations

import json
import subprocess

from tests.live.serving import Server
from tests.live.test_clients import NODE, STOCK
from tests.live.watched import Cast


def test_megalodon_does_all_that_its_apps_do(server: Server) -> None:
    cast = Cast(server)
    tokens = [cast.token(name) for name in ("alice", "bob")]
    done = subprocess.run(
        [str(NODE), str(STOCK / "whalebird.mjs"), server.base, *tokens],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["called"]) > 100
