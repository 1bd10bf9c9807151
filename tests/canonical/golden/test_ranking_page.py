"""The guide's table of whose word goes first is the code's."""

from __future__ import annotations

from pathlib import Path

from canonical.golden.ranking import ACTIVITY_RANKS, RANKS

PAGE = Path(__file__).parents[3] / "docs" / "guides" / "golden-records.md"


def test_the_guide_prints_the_ranking() -> None:
    rules = {str(rule): ranks for rule, ranks in RANKS.items()} | {"activity": ACTIVITY_RANKS}
    wanted = [
        f"| `{name}` | {' > '.join(' = '.join(sorted(place)) for place in ranks)} |"
        for name, ranks in rules.items()
    ]
    assert "\n".join(wanted) in PAGE.read_text()
