"""What machines read of a page cannot break out of the page."""

from __future__ import annotations

import json

from stoa.web.metadata import json_ld


def test_json_in_a_page_cannot_end_its_script() -> None:
    raw = json_ld({"text": "</script><script>alert(1)</script> <!-- & \u2028"})
    assert "<" not in raw
    assert ">" not in raw
    assert json.loads(raw)["text"].startswith("</script>")
