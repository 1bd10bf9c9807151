"""How many records of a stream are one page, and which requests bring them."""

from __future__ import annotations

from connectors.declaration import Stream
from tests.contract.part import LAST
from tests.contract.staging import PAGES, Hub, Staging


def cut_to_size(stream: Stream) -> bool:
    """Whether the hub decides how much of a stream is one page."""
    return stream.paging.size is not None or stream.protocol in {"csv", "sql"}


def page_size(records: int) -> int:
    """Records a page for about `PAGES` pages."""
    return max(1, -(-records // PAGES))


def last_request(staged: Staging, hub: Hub, stream: Stream, records: int) -> int:
    """How many requests come before the last one that is answered with records."""
    if staged.mock.trial is not None:
        return 0
    with staged.fault(stream, "clock_skew", seconds=0.0, count=10**6) as counter:
        staged.pages(hub, stream.name)
    requests = 10**6 - (counter.count or 0)
    for skip in reversed(range(requests)):
        with staged.fault(stream, "record_withheld", record=LAST, skip=skip):
            if sum(len(page.keys) for page in staged.pages(hub, stream.name)) < records:
                return skip
    raise AssertionError(f"no answer to {stream.name} has records")
