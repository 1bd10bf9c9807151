"""Applications as the mock of the subsidy system shows them: nested, with all their lists."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

from benchmarks.datasets import Dataset, build, fingerprint

PAGE_SIZE = 500
"""The page size that the subsidy connector asks for."""

SEED = 1


def applications(folder: Path, records: int) -> Dataset:
    """So many applications of the synthetic world, in the order in which the system serves them."""
    import mocks

    made_by = fingerprint(Path(mocks.__file__).parent)
    name = f"applications-{records}-{SEED}-{made_by}"
    return build(folder, name, _raws(records), records, PAGE_SIZE)


def _raws(records: int) -> Iterator[bytes]:
    """Made when the pages are, and not before: the world takes a while."""
    from mocks.subsidy.records import application_record, encode
    from mocks.world.world import World

    # Some applications lie in the future of the world's first day, and are not visible yet.
    world = World(SEED, businesses=max(100, records), applications=2 * records)
    found = [application_record(world, one) for one in world.visible_applications()]
    if len(found) < records:
        raise RuntimeError(f"the world shows {len(found)} applications, {records} were asked for")
    found.sort(key=itemgetter("updatedAt", "applicationId"))
    return map(encode, found[:records])
