"""`python -m benchmarks.same_business --same FILE --homonyms FILE`: matching on real rows."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from benchmarks.same_business import checks
from benchmarks.same_business.checks import Tally
from benchmarks.same_business.classes import is_spelling
from benchmarks.same_business.rows import read_changes, read_homonyms
from canonical.matching.model import Model

HISTORY, SPELLING = 0.99, 0.98
"""Floors: old states that find their business; changes of mere spelling that join."""

ALONE_IN_COMMON = ("moved",)
"""How the addresses of homonyms differ that have no more than name and municipality in common."""


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.same_business", description=__doc__.partition(": ")[2]
    )
    parser.add_argument("--same", type=Path, required=True, help="two states of one number")
    parser.add_argument("--homonyms", type=Path, required=True, help="one name, several numbers")
    parser.add_argument("--limit", type=int, help="rows of each file, at most")
    parser.add_argument("--examples", type=int, default=3, help="failures shown a class (3)")
    parser.add_argument("--model", type=Path, help="a model version as JSON (the shipped one)")
    return parser


def main() -> int:
    """Run the checks; 1 when one is missed."""
    options = arguments().parse_args()
    changes = read_changes(options.same)[: options.limit]
    rows = read_homonyms(options.homonyms)[: options.limit]
    model = Model.from_json(options.model.read_text()) if options.model else Model.shipped()

    found = checks.with_history(changes, [row.state for row in rows], model)
    history = found.share(("alone", "review"), lambda _: True)
    _show(f"old name and address, with history: {history:.4f} found", found,
          ("alone", "review"), options.examples)  # fmt: skip

    found = checks.without_history(changes, model)
    spelling = found.share(("joined",), is_spelling)
    _show(f"without history: {spelling:.4f} of mere spellings joined", found,
          ("joined",), options.examples)  # fmt: skip

    found = checks.homonyms(rows, model)
    wrong = sum(
        answer == "joined"
        for group, told in found.answers.items()
        if group[1] in ALONE_IN_COMMON
        for answer, _ in told
    )
    _show(f"homonyms: {wrong} pairs joined on name and city alone", found,
          ("apart",), options.examples)  # fmt: skip
    return 0 if history >= HISTORY and spelling >= SPELLING and not wrong else 1


def _show(title: str, tally: Tally, good: tuple[str, ...], examples: int) -> None:
    print(f"\n## {title}")
    for group, told in sorted(tally.answers.items(), key=lambda item: -len(item[1])):
        counts = Counter(answer for answer, _ in told)
        told_counts = ", ".join(f"{answer} {count}" for answer, count in sorted(counts.items()))
        print(f"{' / '.join(group):45}{len(told):8,}  {told_counts}")
        failed = [shown for answer, shown in told if answer not in good]
        for shown in failed[:examples]:
            print(f"    {shown}")


if __name__ == "__main__":
    sys.exit(main())
