"""Tells what waits to be told, channel by channel; one that is down is tried again later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from base.clock import Clock
from base.errors import HubError, InternalError
from canonical.store import alerts
from canonical.store.alerts import Notice
from canonical.store.database import Database
from hub.alerts.channels import Channel


@dataclass(slots=True)
class Delivery:
    """What was told, and the channels that failed with what they said."""

    told: list[Notice] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def deliver(database: Database, channels: Sequence[Channel], clock: Clock) -> Delivery:
    """Let every channel tell what it has to.

    A notice is taken before it is sent and noted as told after: one whose sender dies in between
    is sent again under the same id. After a failure the channel's other notices wait, too.
    """
    done = Delivery()
    for channel in channels:
        with database.read() as connection:
            waiting = alerts.waiting(connection, channel.name)
        for notice in waiting:
            if not _one(database, channel, notice, clock, done):
                break
    return done


def _one(
    database: Database, channel: Channel, notice: Notice, clock: Clock, done: Delivery
) -> bool:
    """Tell one notice; False where the channel is to be left for now, so that order is kept."""
    if not alerts.claim(database, notice, clock.now()):
        return False
    try:
        channel.send(notice)
    except Exception as error:  # noqa: BLE001 - one channel's trouble is no other's
        problem = str(error) if isinstance(error, HubError) else str(InternalError.of(error))
        alerts.failed(database, notice, problem, clock.now())
        done.problems[channel.name] = problem
        return False
    alerts.told(database, notice, clock.now())
    done.told.append(notice)
    return True
