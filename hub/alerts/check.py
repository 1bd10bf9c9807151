"""One look at what is wrong: alerts opened and closed, and told."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from base.clock import Clock, SystemClock
from base.errors import HubError
from base.identifiers import new_run_id
from canonical.store import Store, alerts
from canonical.store.alerts import Change, Condition
from connectors.registry import declarations
from hub.alerts.channels import Channel, channels
from hub.alerts.conditions import conditions
from hub.alerts.deliver import Delivery, deliver
from hub.alerts.kinds import Kind, succeeds

if TYPE_CHECKING:
    from base.settings import Settings

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Checked:
    """What a check found and told."""

    change: Change
    delivery: Delivery = field(default_factory=Delivery)


def check(
    settings: Settings,
    *,
    clock: Clock | None = None,
    through: Sequence[Channel] | None = None,
    reported: Sequence[Condition] = (),
) -> Checked:
    """Look at every stream, open and close alerts, and tell what waits to be told.

    `reported` are conditions that the store cannot show; they stay until a run ends well.

    Raises:
        HubError: the store is away, or lacks migrations. Channels that fail raise nothing.
    """
    from hub.sync import open_store

    clock = clock or SystemClock()
    with open_store(settings) as store:
        through = channels(settings, declarations(), clock) if through is None else through
        change = settle(store, through, clock, reported)
        return Checked(change, deliver(store.database, through, clock))


def settle(
    store: Store, through: Sequence[Channel], clock: Clock, reported: Sequence[Condition] = ()
) -> Change:
    """Bring the alerts up to what the store shows, and queue what is to be told."""
    with alerts.checking(store.database) as connection:
        now, standing = clock.now(), alerts.open_alerts(connection)
        found = [*conditions(connection, declarations(), standing, now), *reported]
        names = [channel.name for channel in through]
        return alerts.settle(
            connection, found, names, now, lambda: new_run_id(clock), succeeds=succeeds
        )


def check_quietly(settings: Settings, reported: Sequence[Condition] = ()) -> None:
    """As `check`, for a caller whose own work must not fail of it."""
    try:
        check(settings, reported=reported)
    except Exception as error:  # noqa: BLE001 - a sync that ended well has ended well
        words = str(error) if isinstance(error, HubError) else type(error).__name__
        log.warning("alerts could not be checked: %s", words)


def deadline_missed(settings: Settings, system: str, minutes: int) -> None:
    """Note that all of a system's syncs together missed their deadline, and tell it."""
    missed = Condition(Kind.DEADLINE, system, "", SystemClock().now(), {"minutes": minutes})
    check_quietly(settings, [missed])
