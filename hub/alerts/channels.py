"""How an alert reaches somebody."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from base.clock import Clock
from base.identifiers import new_run_id
from base.settings import Settings
from canonical.store.alerts import Alert, Condition, Notice
from connectors.declaration import Declaration
from hub.alerts.kinds import Kind
from hub.alerts.mail import MailChannel
from hub.alerts.webhook import WebhookChannel
from hub.alerts.words import link, subject, told

log = logging.getLogger("hub.alerts")


class Channel(Protocol):
    """Tells notices to somebody."""

    @property
    def name(self) -> str:
        """As the store and `hub alerts` call it."""

    def send(self, notice: Notice) -> None:
        """Tell one notice.

        Raises:
            HubError: it could not be told.
        """


class LogChannel:
    """The log of the process that checks: standard error, or Airflow's log of the task."""

    name = "log"

    def __init__(self, declared: Mapping[str, Declaration], pages: str) -> None:
        self._declared = declared
        self._pages = pages

    def send(self, notice: Notice) -> None:
        """Write one line, an error where something is wrong."""
        condition = notice.alert.condition
        level = logging.ERROR if notice.event == "opened" else logging.INFO
        said = told(condition, self._declared, "en")
        end = f" {said.what} {said.remedy}" if notice.event == "opened" else ""
        log.log(
            level,
            "%s.%s %s",
            subject(notice, self._declared, "en"),
            end,
            link(condition, self._pages),
        )


def trial(channel: str, clock: Clock) -> Notice:
    """A notice that says that it is a trial."""
    condition = Condition(Kind.TRIAL, "hub", "", clock.now())
    alert = Alert(new_run_id(clock), condition, clock.now(), clock.now(), None)
    return Notice(alert, channel, "opened")


def channels(
    settings: Settings, declared: Mapping[str, Declaration], clock: Clock
) -> list[Channel]:
    """The log, and whatever else is set."""
    wanted, pages = settings.alerts, settings.alerts.pages
    found: list[Channel] = [LogChannel(declared, pages)]
    if wanted.mail is not None:
        found.append(MailChannel(wanted.mail, declared, pages))
    if wanted.webhook is not None:
        found.append(WebhookChannel(wanted.webhook, declared, pages, clock))
    return found
