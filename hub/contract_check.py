"""Live answers beside the contract, and what a difference means for the mapping.

A few records are read and decoded as in a sync, but nothing is kept: no store, no archive, no
cursor. What is told holds no value of a record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from base.clock import Clock
from base.connection import Connection
from base.errors import HubError, InternalError
from base.records import DriftFinding, Page, Refusal, Window
from connectors.connector import Connector, OpenClient
from connectors.registry import load_connector
from hub.sync import load_plan, mapping_file
from mappings import Plan
from mappings.compiler import sources_of

RECENT = timedelta(days=31)
"""The window of the first try: what a system sends today says more than what it once sent."""

TOUCHING = frozenset({"removed", "retyped", "null", "enum"})
"""Kinds of difference that can change what a rule makes of a field."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, and the lines of the mapping whose rules read that field."""

    path: str
    kind: str
    detail: str
    records: int
    rules: tuple[int, ...] = ()

    @property
    def what_to_do(self) -> str:
        """The next step, for a reader who knows contract and mapping."""
        if self.kind == "added":
            return "new: add it to the contract, then map it or ignore it with a reason"
        if self.rules:
            lines = ", ".join(map(str, self.rules))
            return f"read by the mapping, line {lines}: check the rule, then the contract"
        return "no rule reads it: mend the contract"


@dataclass(frozen=True, slots=True)
class Answered:
    """What one stream's live answers are like.

    `malformed` counts, by rule, the records that are no records of the contract: without a key, or
    not to be read at all; `refused` those whose values cannot be mapped. `error` says why nothing
    was read.
    """

    system: str
    stream: str
    records: int = 0
    differences: tuple[Difference, ...] = ()
    malformed: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    error: HubError | None = None

    @property
    def agrees(self) -> bool:
        """Whether the system answered as the contract says."""
        return self.error is None and not self.differences and not self.malformed

    @property
    def mapping_holds(self) -> bool:
        """Whether no rule reads a field that differs."""
        return self.error is None and not any(one.rules for one in self.differences)

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "system": self.system,
            "stream": self.stream,
            "records": self.records,
            "agrees": self.agrees,
            "mapping_holds": self.mapping_holds,
            "differences": [asdict(one) | {"do": one.what_to_do} for one in self.differences],
            "malformed": self.malformed,
            "refused": self.refused,
            "error": str(self.error) if self.error else None,
        }


def check_live(
    system: str,
    stream: str,
    resolve: Callable[[str], Connection],
    clock: Clock,
    *,
    records: int,
    against: str | None = None,
    open_client: OpenClient | None = None,
) -> Answered:
    """Read up to about `records` records and compare them with contract and mapping.

    Args:
        against: an address that is asked in the place of the connection's, with its credentials.
    """
    try:
        connector = load_connector(system, _elsewhere(resolve, against), open_client=open_client)
        plan = load_plan(connector, stream, mapping_file(system))
        pages = list(_sample(connector, stream, clock, records))
        return compare(connector, stream, plan, pages)
    except HubError as error:
        return Answered(system, stream, error=error.located(system=system, stream=stream))
    except Exception as error:  # noqa: BLE001 - one stream's trouble hides no other's answer
        wrapped = InternalError.of(error).located(system=system, stream=stream)
        return Answered(system, stream, error=wrapped)


def compare(connector: Connector, stream: str, plan: Plan, pages: Collection[Page]) -> Answered:
    """What these pages' records are like beside the contract, and whether they can be mapped."""
    raws = [raw for page in pages for raw in page.raws]
    decoded = connector.decoder(stream).decode(raws)
    malformed = _by_rule(decoded.refusals)
    malformed.update(one.rule for page in pages for one in page.refused)
    mapped = plan.map(decoded.frame).refusals if decoded.frame.root.height else []
    return Answered(
        connector.name,
        stream,
        records=len(raws) + sum(len(page.refused) for page in pages),
        differences=tuple(_difference(finding, plan) for finding in decoded.drift),
        malformed=dict(sorted(malformed.items())),
        refused=dict(sorted(_by_rule(mapped).items())),
    )


def _by_rule(refusals: Iterable[Refusal]) -> Counter[str]:
    return Counter(one.rule for one in refusals if one.level == "record")


def _difference(finding: DriftFinding, plan: Plan) -> Difference:
    rules: set[int] = set()
    if finding.kind in TOUCHING:
        rules = {line for source, line in sources_of(plan.rules) if _reads(source, finding.path)}
    return Difference(
        finding.path, finding.kind, finding.detail, finding.count, tuple(sorted(rules))
    )


def _reads(source: str, path: str) -> bool:
    """Whether a rule's field is the one at `path`, or stands inside of it."""
    return source == path or source.startswith((f"{path}.", f"{path}[]"))


def _sample(connector: Connector, stream: str, clock: Clock, records: int) -> Iterator[Page]:
    """The newest month's first pages; where they are few, the first pages of all as well."""
    now = clock.now()
    since = now - RECENT if connector.streams[stream].cursor is not None else None
    left = records
    for bound in dict.fromkeys((since, None)):
        for page in connector.read(
            stream, Window(bound, now), memo=_nothing, clock=clock, limit=left
        ):
            left -= len(page.raws) + len(page.refused)
            yield page
            if left <= 0:
                return


def _nothing(_keys: object) -> dict[str, str]:
    return {}


def _elsewhere(
    resolve: Callable[[str], Connection], against: str | None
) -> Callable[[str], Connection]:
    """Connections that lead to another address; what lay below the old one lies below the new."""
    if against is None:
        return resolve
    base = against.rstrip("/")

    def moved(name: str) -> Connection:
        known = resolve(name)
        old = known.address
        options = {
            key: base + value.removeprefix(old) if value.startswith(old) else value
            for key, value in known.options.items()
        }
        return replace(known, address=base, options=options)

    return moved
