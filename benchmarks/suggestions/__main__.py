"""`python -m benchmarks.suggestions`: suggested concepts, each form left out, and unseen forms."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.suggestions.measure import (
    HELD_BACK,
    SECOND_LOOK,
    Figures,
    Judged,
    figures,
    left_out,
    unseen,
)
from mappings.forms import load_forms

FIRST, FIRST_THREE = 0.80, 0.92


def main() -> int:
    """Print the figures; 1 when a floor is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.suggestions", description=__doc__.partition(": ")[2]
    )
    parser.add_argument("--wrong", nargs="*", metavar="FORM", help="list what is not first")
    options = parser.parse_args()
    forms = load_forms()
    blocks = {
        "each left out": [left_out(forms, name) for name in forms],
        "second look": [unseen(forms, name) for name in SECOND_LOOK],
        "held back": [unseen(forms, name) for name in HELD_BACK],
    }
    held = True
    print(f"{'form':<20} fields  first     first 3   new       declared  taken  wrong")
    for title, block in blocks.items():
        print(f"-- {title}")
        for judged in block:
            held &= _line(judged[0].form, figures(judged))
        _line("all", figures([one for judged in block for one in judged]))
        if options.wrong is not None:
            _tell(block, options.wrong)
    return 0 if held else 1


def _line(name: str, found: Figures) -> bool:
    first, three = found.first / found.known, found.first_three / found.known
    print(
        f"{name:<20} {found.fields:>6}  {found.first:>3}/{found.known:<3}{first:.2f}"
        f"  {found.first_three:>3}/{found.known:<3}{three:.2f}  {found.new_right:>3}/{found.new:<3}"
        f"    {found.declared_right:>3}/{found.declared:<3}   {found.taken:>5}  {found.wrong:>5}"
    )
    return first >= FIRST and three >= FIRST_THREE and not found.wrong


def _tell(block: Sequence[Sequence[Judged]], names: Sequence[str]) -> None:
    for judged in block:
        for one in judged:
            if (not names or one.form in names) and not one.within(1):
                proposed = ", ".join(
                    f"{each.concept.id} {each.score}" for each in one.answer.proposals[:3]
                )
                right = "|".join(sorted(one.right))
                taken = " TAKEN" if one.wrongly_taken else ""
                print(f"   {one.form}: {one.answer.field.shown} → {right}; got"
                      f" {one.answer.verdict.value}: {proposed}{taken}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
