"""What a first visit costs on the wire (首次打开的流量), with the files as they are served (design, section 11)."""

from __future__ import annotations

import pytest

from tests.browser.visiting import PHONE, House
from tests.browser.world import set_clock

KIB = 1024


@pytest.mark.parametrize(
    ("handle", "path", "kib", "requests"),
    [("light", "/check-in", 30, 6), ("duty-bd", "/board/BD", 60, 20), ("head-1", "/classes/SC-K1", 60, 20)],
)
def test_a_first_visit_is_light(house: House, handle: str, path: str, kib: int, requests: int) -> None:
    set_clock(8)
    with house.visit(handle, lang="zh", size=PHONE) as visitor:
        sizes: list[float] = []
        wire = visitor.context.new_cdp_session(visitor.page)
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        wire.send("Network.enable")
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) <= kib * KIB, f"{sum(sizes) / KIB:.1f} KiB in {len(sizes)} requests"
    assert len(sizes) <= requests
