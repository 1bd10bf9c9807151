"""Alerts in the store: one is open for a condition, and each channel has each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from canonical.store import Store, alerts
from canonical.store.alerts import Change, Condition, Event

NOW = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATE = Condition("late", "subsidy", "applications", NOW - timedelta(days=1), {"minutes": 1440})
DOWN = Condition("down", "subsidy", "applications", NOW)
BREAKER = Condition("breaker", "subsidy", "applications", NOW)

Settle = Callable[..., Change]


def never(_new: Condition, _old: Condition) -> bool:
    return False


@pytest.fixture
def settle(store: Store) -> Settle:
    numbers = count(1)

    def settled(
        *conditions: Condition,
        at: datetime = NOW,
        channels: Sequence[str] = ("log",),
        succeeds: Callable[[Condition, Condition], bool] = never,
    ) -> Change:
        with alerts.checking(store.database) as connection:
            return alerts.settle(
                connection, conditions, channels, at, lambda: f"a{next(numbers)}",
                succeeds=succeeds,
            )  # fmt: skip

    return settled


def waiting(store: Store, channel: str = "log") -> list[tuple[str, Event]]:
    with store.database.read() as connection:
        return [(n.alert.condition.kind, n.event) for n in alerts.waiting(connection, channel)]


def tell(store: Store, channel: str = "log", at: datetime = NOW + 5 * MINUTE) -> None:
    with store.database.read() as connection:
        found = alerts.waiting(connection, channel)
    for notice in found:
        assert alerts.claim(store.database, notice, at)
        alerts.told(store.database, notice, at)


def test_an_alert_is_told_once_until_it_clears_and_its_end_once(
    store: Store, settle: Settle
) -> None:
    assert [a.condition for a in settle(LATE).opened] == [LATE]
    tell(store)
    again = settle(LATE, at=NOW + MINUTE)
    assert (again.opened, again.cleared, waiting(store)) == ([], [], [])
    (over,) = settle(at=NOW + 2 * MINUTE).cleared
    assert over.cleared_at == NOW + 2 * MINUTE
    assert waiting(store) == [("late", "cleared")]
    tell(store)
    settle(at=NOW + 3 * MINUTE)
    assert waiting(store) == []
    settle(LATE, at=NOW + 4 * MINUTE)
    assert waiting(store) == [("late", "opened")]


def test_what_opened_and_cleared_while_a_channel_was_down_is_told_in_order(
    store: Store, settle: Settle
) -> None:
    settle(LATE)
    settle(LATE, DOWN, at=NOW + MINUTE)
    settle(at=NOW + 2 * MINUTE)
    assert waiting(store)[:2] == [("late", "opened"), ("down", "opened")]
    assert sorted(waiting(store)[2:]) == [("down", "cleared"), ("late", "cleared")]


def test_a_new_channel_is_told_of_what_is_open_and_of_no_end_it_never_heard_the_start_of(
    store: Store, settle: Settle
) -> None:
    settle(LATE, DOWN)
    settle(LATE, at=NOW + MINUTE, channels=["log", "mail"])
    assert waiting(store, "mail") == [("late", "opened")]


def test_a_reason_that_takes_the_place_of_another_is_no_end(store: Store, settle: Settle) -> None:
    settle(DOWN)
    tell(store)
    change = settle(BREAKER, at=NOW + MINUTE, succeeds=lambda new, old: old == DOWN)
    assert [a.condition.kind for a in change.cleared] == ["down"]
    assert waiting(store) == [("breaker", "opened")]


def test_a_notice_is_sent_by_one_and_again_only_after_its_pause(
    store: Store, settle: Settle
) -> None:
    settle(LATE)
    with store.database.read() as connection:
        (notice,) = alerts.waiting(connection, "log")
    assert alerts.claim(store.database, notice, NOW)
    assert not alerts.claim(store.database, notice, NOW + MINUTE)
    assert alerts.claim(store.database, notice, NOW + alerts.CLAIM), "its sender died"
    alerts.failed(store.database, notice, "away", NOW)
    assert not alerts.claim(store.database, notice, NOW)
    with store.database.read() as connection:
        (notice,) = alerts.waiting(connection, "log")
    assert (notice.tries, notice.problem) == (1, "away")
    assert alerts.claim(store.database, notice, NOW + MINUTE)
    alerts.told(store.database, notice, NOW + MINUTE)
    assert not alerts.claim(store.database, notice, NOW + timedelta(days=1))


def test_facts_follow_and_the_beginning_stays(store: Store, settle: Settle) -> None:
    settle(LATE)
    later = Condition("late", "subsidy", "applications", NOW, {"minutes": 1500})
    settle(later, at=NOW + MINUTE)
    with store.database.read() as connection:
        (alert,) = alerts.open_alerts(connection)
    assert alert.condition.facts == {"minutes": 1500}
    assert alert.condition.since == LATE.since
    assert (alert.opened_at, alert.seen_at) == (NOW, NOW + MINUTE)
