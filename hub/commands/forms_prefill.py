"""`hub forms prefill` and `hub forms preview`: a form filled in from what the hub may use."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hub.audited import leave, reads_businesses
from hub.commands.forms_party import usable_business
from hub.commands.options import emit, json_option
from hub.console import console, counted, table

if TYPE_CHECKING:
    from canonical.model.business import Business, Origin
    from mappings.forms import Form
    from mappings.prefill import Answer, Prefill, Released

F = TypeVar("F", bound=Callable[..., Any])

_WORDS = {"prefill": "記入 prefill", "confirm": "確認 confirm", "ask": "質問 ask"}


def _options(command: F) -> F:
    """The options that both commands have."""
    for option in (
        json_option,
        click.option("--show-personal", is_flag=True, help="Do not mask personal values."),
        click.option(
            "--only", multiple=True, metavar="FIELD", help="Let no other field's value leave."
        ),
        click.option(
            "--without", multiple=True, metavar="FIELD", help="Keep this field's value back."
        ),
        click.option(
            "--day",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="DATE",
            help="By the form's version and what was known to be so on that day; default: today.",
        ),
        click.option(
            "--party",
            "which",
            required=True,
            metavar="ID",
            help="A party's id, a 13-digit number, or a record as SYSTEM.STREAM:KEY.",
        ),
        click.argument("form_id", metavar="FORM"),
    ):
        command = option(command)
    return command


@click.command()
@_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the answers that leave to a new file, and a receipt of them to the store.",
)
@reads_businesses
def prefill(
    form_id: str,
    which: str,
    day: datetime | None,
    without: tuple[str, ...],
    only: tuple[str, ...],
    show_personal: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Fill in FORM for a business: what is known, what to confirm, what is left to ask, and why.

    Only what may be used for this purpose takes part. A value that is kept back leaves no trace.
    """
    filled = _filled(form_id, which, day, without, only, show_personal=show_personal)
    if filled is None:
        return 1
    if out is not None:
        _write(filled, out)
    if as_json:
        emit(filled.data())
    elif out is None:
        _print_answers(filled)
    return 0


@click.command()
@_options
@reads_businesses
def preview(
    form_id: str,
    which: str,
    day: datetime | None,
    without: tuple[str, ...],
    only: tuple[str, ...],
    show_personal: bool,
    as_json: bool,
) -> int:
    """Show what would leave for FORM: every value with the record it is from and its day."""
    filled = _filled(form_id, which, day, without, only, show_personal=show_personal)
    if filled is None:
        return 1
    if as_json:
        emit(filled.data(leaving=True))
    else:
        _print_leaving(filled)
    return 0


@dataclass(frozen=True, slots=True)
class _Filled:
    """A form filled in, what leaves of it, and for whom it is shown how."""

    form: Form
    business: Business
    found: Prefill
    leaving: Released
    show_personal: bool

    def answers(self) -> list[Answer]:
        """Every field, those kept back as if nothing were held."""
        leaving = {answer.field.name: answer for answer in self.leaving.answers}
        return [leaving.get(each.field.name) or _kept_back(each) for each in self.found.answers]

    def text(self, answer: Answer, text: str) -> str:
        """A text of an answer, masked where it is personal."""
        from base.redact import mask
        from canonical.model.party import is_individual

        if self.show_personal:
            return text
        individual = is_individual([self.business.values.get("kind")])
        personal = any(
            field.is_personal(individual=individual) for field in answer.field.concept.fields
        )
        return mask(text) if personal else text

    def data(self, *, leaving: bool = False) -> dict[str, Any]:
        """Plain values for scripts."""
        redirected = self.business.asked != self.business.party_id
        shown = self.leaving.answers if leaving else self.answers()
        return {
            "form": self.form.id,
            "version": self.found.version,
            "day": self.found.day,
            "party": str(self.found.party_id),
            **({"redirected_from": str(self.business.asked)} if redirected else {}),
            "counts": self.counts(),
            "fields": [self._row(answer) for answer in shown],
        }

    def counts(self) -> dict[str, int]:
        """How many fields have which outcome."""
        outcomes = [answer.outcome.value for answer in self.answers()]
        return {word: outcomes.count(word) for word in _WORDS}

    def _row(self, answer: Answer) -> dict[str, Any]:
        texts = {path: self.text(answer, text) for path, text in answer.texts.items()}
        return {
            "field": answer.field.name,
            "concept": answer.field.concept.id,
            "outcome": answer.outcome.value,
            "texts": texts,
            "why": [{"code": why.code, "ja": why.ja, "en": why.en} for why in answer.why],
            "sources": [_source(origin) for origin in answer.origins],
            "derived_from": list(answer.derived_from),
            **({"cannot": self.text(answer, answer.cannot)} if answer.cannot else {}),
        }


def _kept_back(answer: Answer) -> Answer:
    """The field as it is for a business of which nothing is held."""
    from mappings.prefill import Outcome
    from mappings.prefill.releasing import kept_back

    return answer if answer.outcome is Outcome.ASK else kept_back(answer)


def _source(origin: Origin) -> dict[str, Any]:
    return {
        "source": f"{origin.system}.{origin.stream}",
        "record": origin.record_key,
        "as_of": origin.as_of,
        "recorded_since": origin.recorded_from,
    }


def _filled(
    form_id: str,
    which: str,
    day: datetime | None,
    without: Iterable[str],
    only: Iterable[str],
    *,
    show_personal: bool,
) -> _Filled | None:
    """The form filled in; None, having said why, if no business answers to the id."""
    from base.clock import SystemClock
    from hub.commands.forms_check import chosen
    from mappings.prefill import prefill as fill
    from mappings.prefill import release

    form = chosen(form_id)
    on = day.date() if day else SystemClock().today()
    if form.version(on) is None:
        first = min(start for _, start in form.versions)
        raise click.BadParameter(
            f"{form.id} has no version on {on}; the first is in force from {first}",
            param_hint="--day",
        )
    ticked = _ticked(form.on(on), without, only)
    business = usable_business(which, on if day else None)
    if business is None:
        return None
    found = fill(form, business, on)
    leaving = release(found, ticked)
    shown = {origin.system for answer in leaving.answers for origin in answer.origins}
    leave({business.party_id: shown}, details={"form": form.id})
    return _Filled(form, business, found, leaving, show_personal)


def _ticked(form: Form, without: Iterable[str], only: Iterable[str]) -> set[str]:
    """The names of the fields whose values may leave."""
    names = {each.name for each in form.fields}
    for option, given in (("--without", set(without)), ("--only", set(only))):
        if unknown := sorted(given - names):
            raise click.BadParameter(
                f"{form.id} has no field {', '.join(unknown)}; `hub forms show {form.id}` lists"
                " them",
                param_hint=option,
            )
    return (set(only) or names) - set(without)


def _write(filled: _Filled, path: Path) -> None:
    """The answers that leave, readable by their owner alone, and the receipt of them."""
    from mappings.forms.sheet import sheet_of

    sheet = sheet_of(filled.form, filled.leaving.texts)
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.BadParameter(
            f"{path} cannot be written: {error.strerror}", param_hint="--out"
        ) from None
    try:
        receipt = _receipt(filled)
    except BaseException:
        os.close(opened)
        path.unlink()
        raise
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        json.dump(sheet, file, ensure_ascii=False, indent=2)
        file.write("\n")
    answers = counted(len(filled.leaving.answers), "answer")
    click.echo(f"{answers} written to {path}; receipt {receipt}", err=True)


def _receipt(filled: _Filled) -> str:
    """The id of the receipt of what leaves."""
    from base.settings import Settings
    from canonical.golden.permission import PREFILL
    from canonical.model.receipt import Filing
    from canonical.receipts.issuing import issue
    from hub.sync import open_store
    from mappings.prefill.giving import given

    leaving = filled.leaving
    filing = Filing(
        leaving.party_id,
        leaving.form,
        leaving.version,
        filled.form.system,
        filled.form.stream or "",
        leaving.day,
        PREFILL,
        client="operator",
    )
    with open_store(Settings.load()) as store:
        return issue(store.database, filing, given(leaving.answers)).id


def _heading(filled: _Filled) -> str:
    found, business = filled.found, filled.business
    moved = f" (from {business.asked})" if business.asked != business.party_id else ""
    counts = ", ".join(f"{_WORDS[name]} {n}" for name, n in filled.counts().items())
    return f"{filled.form.ja} {found.version} on {found.day}, {found.party_id}{moved}: {counts}"


def _print_answers(filled: _Filled) -> None:
    click.echo(_heading(filled))
    shown = table("", "field", "answer", "なぜ", "why")
    for answer in filled.answers():
        shown.add_row(
            _WORDS[answer.outcome.value],
            answer.field.name,
            _texts(filled, answer),
            "; ".join(why.ja for why in answer.why),
            "; ".join(f"{why.code}: {why.en}" for why in answer.why),
        )
    console().print(shown)


def _print_leaving(filled: _Filled) -> None:
    click.echo(_heading(filled))
    shown = table("field", "value", "source", "record", "as of", "")
    for answer in filled.leaving.answers:
        origins = answer.origins
        note = [_WORDS[answer.outcome.value].split()[0], *(why.ja for why in answer.why)]
        shown.add_row(
            answer.field.name,
            _texts(filled, answer),
            "\n".join(f"{each.system}.{each.stream}" for each in origins),
            "\n".join(each.record_key for each in origins),
            "\n".join(str(each.as_of or "?") for each in origins),
            "; ".join(note),
        )
    console().print(shown)
    click.echo("Keep a value back with --without FIELD; nothing else changes.", err=True)


def _texts(filled: _Filled, answer: Answer) -> str:
    """The texts of an answer; of several those of its parts by their last name."""
    texts = {path: filled.text(answer, text) for path, text in answer.texts.items()}
    cannot = filled.text(answer, answer.cannot)
    marked = f" ⚠ {cannot}" if cannot else ""
    if len(texts) == 1:
        return next(iter(texts.values())) + marked
    return ", ".join(f"{path.rpartition('.')[2]} {text}" for path, text in texts.items()) + marked
