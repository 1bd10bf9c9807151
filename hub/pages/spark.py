"""Fourteen days as a small picture: bars of what was read, in parts; SVG within the page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from hub.pages.runs import Day

WIDTH, HEIGHT, GAP = 9, 28, 2
PARTS = (
    ("good", ("new", "changed", "remapped", "deleted")),
    ("rest", ("unchanged", "duplicate", "superseded", "deferred")),
    ("bad", ("quarantined",)),
)
"""From the bottom: what was written, what was not, what was refused."""


def sparkline(days: Sequence[Day], label: str) -> Markup:
    """Bars, one a day, by the share of the largest day; a dot under days on which a run failed."""
    most = max((day.counts["read"] for day in days), default=0)
    bars = Markup("").join(_bar(place, day, most) for place, day in enumerate(days))
    wide = len(days) * (WIDTH + GAP)
    return Markup(
        '<svg class="trend" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img"'
        ' aria-label="{2}">{3}</svg>'
    ).format(wide, HEIGHT + 6, label, bars)


def _bar(place: int, day: Day, most: int) -> Markup:
    x, top, found = place * (WIDTH + GAP), float(HEIGHT), Markup("")
    for name, outcomes in PARTS:
        count = sum(day.counts[outcome] for outcome in outcomes)
        if not count:
            continue
        tall = max(1.0, HEIGHT * count / most) if most else 0.0
        tall = min(tall, top)
        top -= tall
        found += Markup('<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
            name, x, top, WIDTH, tall
        )
    if day.runs and not day.counts["read"]:
        found += Markup('<rect class="rest" x="{}" y="{}" width="{}" height="1"/>').format(
            x, HEIGHT - 1, WIDTH
        )
    if day.failed:
        found += Markup('<circle class="bad" cx="{}" cy="{}" r="2"/>').format(
            x + WIDTH / 2, HEIGHT + 3.5
        )
    return found
