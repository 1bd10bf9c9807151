"""A figure counts only when the work behind it was done: what each run must have stored."""

from __future__ import annotations

from benchmarks.datasets import Dataset
from benchmarks.flat.records import changed, refusal


class WorkNotDone(RuntimeError):
    """A contender ended well, but did not store what it should have."""


def check(
    contender: str, stream: str, phase: str, dataset: Dataset, counts: dict[str, int]
) -> None:
    """Compare a run's counts with what the dataset holds; raises WorkNotDone."""
    expected = {"rows": dataset.records}
    if contender == "hub" and stream == "flat":
        expected |= flat(phase, dataset.records)
    elif contender == "hub":
        written = {} if phase == "first" else {"new": 0, "changed": 0, "remapped": 0}
        expected |= {"read": dataset.records} | written
    wrong = {
        name: (counts.get(name, 0), value)
        for name, value in expected.items()
        if counts.get(name, 0) != value
    }
    if wrong:
        detail = ", ".join(f"{name} {got}, not {want}" for name, (got, want) in wrong.items())
        raise WorkNotDone(f"{contender} {stream} {phase}: {detail}")


def flat(phase: str, records: int) -> dict[str, int]:
    """The hub's counts for a phase of the flat records.

    A refused identity quarantines its record; an impossible date leaves its field open and the
    record loaded. Both are one open item, at every phase, and neither is written again.
    """
    identities = sum(refusal(number) == "check_digit" for number in range(records))
    items = sum(refusal(number) is not None for number in range(records))
    again = sum(changed(number) for number in range(records))
    stored = {"claims": records - identities, "open_items": items}
    if phase == "first":
        return stored | {"read": records, "new": records - identities, "quarantined": identities}
    if phase == "unchanged":
        return stored | {"read": records, "new": 0, "changed": 0, "unchanged": records}
    return stored | {"read": records, "new": 0, "changed": again, "unchanged": records - again}
