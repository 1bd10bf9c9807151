"""`hub forms check` and `hub forms schema`: the answers to a form before they are submitted."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.audited import leave, reads_businesses, reads_none
from hub.commands.forms_party import usable_business
from hub.commands.options import emit, json_option
from hub.console import console, counted, table

if TYPE_CHECKING:
    from mappings.checking import CheckFinding
    from mappings.forms import Form

LARGEST = 2_000_000
"""Bytes of a file of answers; the longest form's longest answers stay below a tenth of it."""

_WORDS = {"error": "誤り error", "warning": "注意 warning", "note": "参考 note"}


@click.command()
@click.argument("form_id", metavar="FORM")
@click.argument("answers", type=click.Path(path_type=Path))
@click.option(
    "--party",
    metavar="ID",
    help="Also hold the answers against what the hub may use of this business: a party's id, a"
    " 13-digit number, or a record as SYSTEM.STREAM:KEY.",
)
@click.option(
    "--draft-version",
    "draft",
    metavar="VERSION",
    help="The form's version in which the draft was begun.",
)
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day of submission; default: today.",
)
@reads_businesses
@json_option
def check(
    form_id: str,
    answers: Path,
    party: str | None,
    draft: str | None,
    day: datetime | None,
    as_json: bool,
) -> int:
    """Check ANSWERS to a form before they are submitted; 1 when something is wrong.

    ANSWERS is a JSON object, the name of each field and its answer, as --out of `hub forms prefill`
    writes it and `hub forms schema` describes it. No answer is shown, and none is kept.
    """
    from base.clock import SystemClock
    from mappings.checking import Level
    from mappings.checking import check as checked

    form = chosen(form_id)
    sheet = read_answers(answers)
    on = day.date() if day else SystemClock().today()
    business = None
    if party is None:
        reads_none()
    else:
        business = usable_business(party, on if day else None)
        if business is None:
            return 1
        leave({business.party_id: {one.system for one in business.origins}})
    try:
        found = checked(form, sheet, on, business=business, draft=draft)
    except LookupError as unknown:
        raise click.BadParameter(str(unknown.args[0]), param_hint="--draft-version") from None
    errors = sum(one.level is Level.ERROR for one in found)
    if as_json:
        emit(_as_data(form, on, found))
    else:
        _print(form, on, found)
    return 1 if errors else 0


@click.command()
@click.argument("form_id", metavar="FORM")
def schema(form_id: str) -> None:
    """Print the JSON Schema of a form's answers."""
    from mappings.forms.sheet import schema_of

    emit(schema_of(chosen(form_id)))


def chosen(name: str) -> Form:
    """The form of this id.

    Raises:
        click.BadParameter: there is none; lists what there is.
    """
    from mappings.forms import load_forms

    known = load_forms()
    if name not in known:
        raise click.BadParameter(f"no form {name}; there are: {', '.join(known)}")
    return known[name]


def read_answers(path: Path) -> dict[str, Any]:
    """The answers in a file, numbers as they are spelled.

    Raises:
        click.BadParameter: it is too large, no UTF-8, no JSON object, or has a name twice; the
            message holds nothing of what is in it.
    """
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be read: {error.strerror}") from None
    if size > LARGEST:
        raise click.BadParameter(f"{path} has {size:,} bytes, more than {LARGEST:,}: no answers")
    try:
        found = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_unique,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{path} is no UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise click.BadParameter(f"{path} is no JSON: {error.msg} ({where})") from None
    except RecursionError:
        raise click.BadParameter(f"{path} is no JSON of answers: it is nested too deep") from None
    except _Wrong as wrong:
        raise click.BadParameter(f"{path} {wrong}") from None
    if not isinstance(found, dict):
        raise click.BadParameter(f"{path} is no JSON object of a form's fields and their answers")
    return found


class _Wrong(Exception):
    """What is wrong with a file that is JSON."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        place = next(n for n, name in enumerate(names, 1) if name in names[: n - 1])
        raise _Wrong(f"has a name twice in one object (its entry {place})")
    return found


def _no_number(word: str) -> Any:
    raise _Wrong(f"has {word}, which is no JSON")


def _as_data(form: Form, on: date, found: tuple[CheckFinding, ...]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "form": form.id,
        "version": form.version(on),
        "day": on,
        "findings": [asdict(one) for one in found],
    }


def _print(form: Form, on: date, found: tuple[CheckFinding, ...]) -> None:
    version = form.version(on)
    click.echo(f"{form.ja} ({form.en}), {version or 'not in force'}, {on}: {_counts(found)}")
    if not found:
        return
    shown = table("", "field", "内容", "finding", "source")
    for one in found:
        sources = ", ".join(
            f"{each.system}.{each.stream} {each.as_of or '?'}" for each in one.sources
        )
        field = f"{one.field or '–'}{one.place}"
        shown.add_row(_WORDS[one.level], field, one.ja, f"{one.code}: {one.en}", sources)
    console().print(shown)


def _counts(found: tuple[CheckFinding, ...]) -> str:
    totals = {level: sum(one.level == level for one in found) for level in _WORDS}
    return ", ".join(counted(n, level) for level, n in totals.items() if n) or "nothing to remark"
