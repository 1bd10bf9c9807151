"""What was measured, and the figures that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks.matching.scoring import Quality
from benchmarks.measure import Measurement


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run.

    `scenario` is a block's name (flat, growth, matching …); `phase` first, unchanged or changed.
    """

    scenario: str
    contender: str
    phase: str
    round: int
    records: int
    measurement: Measurement

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.measurement.seconds

    @property
    def for_each_cpu_second(self) -> float:
        """Records for each second of processor."""
        return self.records / self.measurement.cpu

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self) | {"rate": round(self.rate)}


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, lowest and highest of a figure over the rounds."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: Iterable[float]) -> Spread | None:
        """The spread of the values; None when there are none."""
        found = list(values)
        return Spread(median(found), min(found), max(found)) if found else None


class Results:
    """All runs of a benchmark, and the quality of answers by scenario, contender and round."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.qualities: dict[tuple[str, str, int], Quality] = {}

    def select(self, scenario: str, contender: str, phase: str) -> dict[int, Run]:
        """The runs of one cell of the table, by round."""
        wanted = (scenario, contender, phase)
        return {r.round: r for r in self.runs if (r.scenario, r.contender, r.phase) == wanted}

    def rate(self, scenario: str, contender: str, phase: str) -> Spread | None:
        """Records a second."""
        return Spread.of(run.rate for run in self.select(scenario, contender, phase).values())

    def peak(self, scenario: str, contender: str) -> float | None:
        """Highest memory over all rounds and phases, in MB (10⁶ bytes)."""
        peaks = [
            run.measurement.peak / 1e6
            for run in self.runs
            if (run.scenario, run.contender) == (scenario, contender)
        ]
        return max(peaks, default=None)

    def ratio(self, scenario: str, phase: str, peer: str) -> Spread | None:
        """The hub's rate over a peer's, round by round: what disturbs a round disturbs both."""
        ours = self.select(scenario, "hub", phase)
        theirs = self.select(scenario, peer, phase)
        return Spread.of(ours[n].rate / theirs[n].rate for n in ours.keys() & theirs.keys())

    def cheaper(self, scenario: str, contender: str, peer: str) -> Spread | None:
        """Records for each CPU second of a contender over a peer's, round by round."""
        ours, theirs = (self.select(scenario, who, "first") for who in (contender, peer))
        return Spread.of(
            ours[n].for_each_cpu_second / theirs[n].for_each_cpu_second
            for n in ours.keys() & theirs.keys()
        )

    def slowdown(self, scenario: str, phase: str, than: str) -> Spread | None:
        """The hub's seconds in one phase over its seconds in another."""
        ours, base = self.select(scenario, "hub", phase), self.select(scenario, "hub", than)
        return Spread.of(
            ours[n].measurement.seconds / base[n].measurement.seconds
            for n in ours.keys() & base.keys()
        )

    def figure(
        self, scenario: str, contender: str, of: Callable[[Quality], float]
    ) -> Spread | None:
        """A figure of the quality of a contender's answers."""
        return Spread.of(
            of(quality)
            for (where, who, _), quality in self.qualities.items()
            if (where, who) == (scenario, contender)
        )

    def ahead(self, scenario: str, peer: str) -> Spread | None:
        """By how much the hub's F1 is above a peer's, round by round."""
        return Spread.of(
            quality.f1 - self.qualities[scenario, peer, number].f1
            for (where, who, number), quality in self.qualities.items()
            if (where, who) == (scenario, "hub") and (scenario, peer, number) in self.qualities
        )

    def lighter(self, scenario: str, peer: str) -> Spread | None:
        """The hub's peak memory over a peer's, round by round."""
        ours, theirs = (self.select(scenario, who, "first") for who in ("hub", peer))
        return Spread.of(
            ours[n].measurement.peak / theirs[n].measurement.peak
            for n in ours.keys() & theirs.keys()
        )

    def growth(self) -> tuple[float, float] | None:
        """Time and memory of the large load over those of the small one, and nothing else.

        The first loads of the hub: median seconds of scenario `growth` over those of `flat`, and
        highest memory over highest memory.
        """
        large, small = (self.select(name, "hub", "first").values() for name in ("growth", "flat"))
        if not large or not small:
            return None
        seconds = [median(run.measurement.seconds for run in runs) for runs in (large, small)]
        peaks = [max(run.measurement.peak for run in runs) for runs in (large, small)]
        return seconds[0] / seconds[1], peaks[0] / peaks[1]
