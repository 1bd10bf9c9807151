"""The business that a form is filled in or checked for: what may be used for it, and no more."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from canonical.model.business import Business


def usable_business(which: str, day: date | None) -> Business | None:
    """The one business that answers to an id, told for prefill; None, having said why not.

    With a day, as it was known to be on that day.
    """
    from base.settings import Settings
    from canonical.golden import finding
    from canonical.golden.asof import business
    from canonical.golden.permission import PREFILL
    from hub.matching import describe_streams
    from hub.sync import open_store

    found = None
    with open_store(Settings.load()) as store:
        describe_streams(store)
        parties = finding.resolve(store.database, which)
        if len(parties) > 1:
            several = ", ".join(map(str, parties))
            click.echo(f"{which} names several businesses: {several}; name one", err=True)
            return None
        if parties:
            found = business(store.database, parties[0], as_of=day, purpose=PREFILL)
    if found is None:
        click.echo(
            f"no business answers to {which}: look for one with `hub business find NAME`", err=True
        )
    return found
