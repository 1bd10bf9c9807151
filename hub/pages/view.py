"""From what a page shows to its HTML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from base.clock import JST
from hub.pages.visit import Visit
from hub.pages.words import WORDS

FOLDER = Path(__file__).parent


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"number": number, "instant": instant, "span": span, "seconds": _seconds}
    return found


def page(visit: Visit, template: str, shown: Mapping[str, Any], status: int = 200) -> Response:
    """Render a template for the visit's reader."""

    def word(key: str, **given: Any) -> str:
        text = WORDS[key][0 if visit.language == "ja" else 1]
        return text.format(**given) if given else text

    def link(path: str, **query: Any) -> str:
        asked = urlencode({k: v for k, v in query.items() if v is not None})
        return visit.root + path + (f"?{asked}" if asked else "")

    text = _environment().get_template(template).render(
        t=word, link=link, lang=visit.language, visit=visit, csrf=_hidden(visit),
        path=visit.request.url.path.removeprefix(visit.root),
        in_other_language=link(
            visit.request.url.path.removeprefix(visit.root)
            if visit.request.method == "GET" else "/",
            **{**dict(visit.request.query_params), "lang": word("other_language_code")},
        ),
        **shown,
    )  # fmt: skip
    return HTMLResponse(text, status)


def failed(visit: Visit, key: str, status: int) -> Response:
    """A page that says what is in the way; `key` names the words, and those of what to do."""
    words = [WORDS[f"{key}_{part}"][visit.language == "en"] for part in ("what", "remedy")]
    return page(visit, "failed.html", {"what": words[0], "remedy": words[1]}, status)


def back(visit: Visit, path: str, **query: str) -> Response:
    """Lead to another page after something was done."""
    asked = f"?{urlencode(query)}" if query else ""
    return RedirectResponse(visit.root + path + asked, 303)


def _hidden(visit: Visit) -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(visit.csrf)


def number(value: float | None) -> str:
    """A whole number with its thousands apart."""
    return "" if value is None else f"{value:,.0f}"


def instant(value: datetime | None) -> Markup:
    """An instant in Japan's time, to the minute."""
    if value is None:
        return Markup("")
    local = value.astimezone(JST)
    return Markup('<time datetime="{}">{}</time>').format(
        local.isoformat(), f"{local:%Y-%m-%d %H:%M}"
    )


def span(value: timedelta | None, lang: str) -> str:
    """A span of time in its largest unit."""
    if value is None:
        return ""
    seconds = value.total_seconds()
    for size, ja, en in ((86_400, "日", "d"), (3_600, "時間", "h"), (60, "分", "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {ja if lang == 'ja' else en}"
    return f"{seconds:.0f} {'秒' if lang == 'ja' else 's'}"


def _seconds(value: float | None, lang: str) -> str:
    return "" if value is None else span(timedelta(seconds=value), lang)


def day(value: date) -> str:
    """A date as month and day."""
    return f"{value.month}/{value.day}"
