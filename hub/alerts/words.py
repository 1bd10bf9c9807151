"""The words of an alert, in Japanese and in English; no value of a record, and no secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from base.clock import JST
from canonical.store.alerts import Condition, Notice
from connectors.declaration import Declaration
from hub.alerts.kinds import Kind

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Told:
    """One alert in one language."""

    title: str
    place: str
    what: str
    remedy: str


@cache
def words() -> dict[str, Any]:
    """Everything of `words.yaml`, by its key."""
    text = Path(__file__).with_name("words.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def word(key: str, language: Language) -> str:
    """One of the words that all alerts share."""
    text: str = words()[key][LANGUAGES.index(language)]
    return text


def told(condition: Condition, declared: Mapping[str, Declaration], language: Language) -> Told:
    """What an alert says of its condition."""
    at = LANGUAGES.index(language)
    title, what, remedy = (part[at] for part in words()[condition.kind])
    return Told(
        title, _place(condition, declared, language), what.format(**condition.facts), remedy
    )


def subject(notice: Notice, declared: Mapping[str, Declaration], language: Language) -> str:
    """One line for a mail's subject or a log."""
    said = told(notice.alert.condition, declared, language)
    return f"{word(notice.event, language)}: {name_of(notice.alert.condition)} {said.title}"


def name_of(condition: Condition) -> str:
    """`system.stream`, or the system alone."""
    return f"{condition.system}.{condition.stream}" if condition.stream else condition.system


def link(condition: Condition, pages: str) -> str:
    """The page of the system in Airflow's UI, at whose address `pages` the hub's pages are."""
    page = f"/systems/{condition.system}" if condition.kind != Kind.TRIAL else "/"
    return f"{pages}/hub{page}"


def body(notice: Notice, declared: Mapping[str, Declaration], pages: str) -> str:
    """The whole text, Japanese first."""
    parts = [_body(notice, declared, pages, language) for language in LANGUAGES]
    return "\n\n".join(parts) + "\n"


def japan(instant: datetime) -> str:
    """An instant in Japan's time, to the minute."""
    return f"{instant.astimezone(JST):%Y-%m-%d %H:%M} JST"


def _body(
    notice: Notice, declared: Mapping[str, Declaration], pages: str, language: Language
) -> str:
    alert, cleared = notice.alert, notice.event == "cleared"
    said = told(alert.condition, declared, language)
    lines = [f"[{word(notice.event, language)}] {said.title}", said.place, ""]
    lines.append(f"{word('what', language)}: {said.what}")
    lines.append(f"{word('since', language)}: {japan(alert.condition.since)}")
    if cleared:
        lines += [f"{word('until', language)}: {japan(notice.at)}", word("over", language)]
    else:
        lines.append(f"{word('do', language)}: {said.remedy}")
    lines.append(f"{word('page', language)}: {link(alert.condition, pages)}")
    return "\n".join(lines)


def _place(condition: Condition, declared: Mapping[str, Declaration], language: Language) -> str:
    system = declared.get(condition.system)
    if system is None:
        return name_of(condition)
    stream = system.streams.get(condition.stream)
    of_stream = getattr(stream.title, language) if stream else word("whole", language)
    return f"{getattr(system.title, language)} / {of_stream} ({name_of(condition)})"
