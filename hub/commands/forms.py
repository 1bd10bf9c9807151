"""`hub forms`: what the forms ask, and what is left when each question is put once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.commands.forms_check import check, schema
from hub.commands.forms_findings import findings
from hub.commands.forms_prefill import prefill, preview
from hub.commands.forms_suggest import suggest_concepts
from hub.commands.options import emit, json_option
from hub.console import console, counted, table

if TYPE_CHECKING:
    from mappings.forms import Form, FormField, Overlap


@click.group()
def forms() -> None:
    """Application forms: what their fields ask, and which of them ask the same."""


forms.add_command(suggest_concepts)
forms.add_command(prefill)
forms.add_command(preview)
forms.add_command(findings)


def _chosen(names: Sequence[str]) -> list[Form]:
    from mappings.forms import load_forms

    known = load_forms()
    if unknown := sorted(set(names) - known.keys()):
        have = ", ".join(known)
        raise click.BadParameter(f"no form {', '.join(unknown)}; there are: {have}")
    return [known[name] for name in dict.fromkeys(names or known)]


@forms.command("list")
@json_option
def list_forms(as_json: bool) -> None:
    """List the forms with their system, version in force and number of fields."""
    from base.clock import SystemClock

    today = SystemClock().today()
    rows = [
        {
            "form": form.id,
            "system": form.system,
            "ja": form.ja,
            "en": form.en,
            "version": form.version(today),
            "fields": len(form.on(today).fields),
        }
        for form in _chosen(())
    ]
    if as_json:
        emit(rows)
        return
    shown = table("form", "system", "様式", "version", "fields")
    for row in rows:
        cells = (row[key] for key in ("form", "system", "ja", "version", "fields"))
        shown.add_row(*map(_text, cells))
    console().print(shown)


@forms.command()
@click.argument("form_id", metavar="FORM")
@json_option
def show(form_id: str, as_json: bool) -> None:
    """Show each field of a form: its concept, who fills it in, its format, where its answer is."""
    (form,) = _chosen([form_id])
    rows = [_row(each) for each in form.fields]
    if as_json:
        emit({"form": form.id, "system": form.system, "stream": form.stream, "fields": rows})
        return
    click.echo(f"{form.ja} ({form.en}): {counted(len(rows), 'field')}")
    shown = table("field", "asks", "kind", "by", "required", "format", "consent", "answer")
    for row in rows:
        shown.add_row(*(_text(row[column]) for column in _COLUMNS))
    console().print(shown)


_COLUMNS = ("field", "concept", "kind", "by", "required", "format", "consent", "answers")


def _row(each: FormField) -> dict[str, Any]:
    own = "" if each.concept.reusable or each.declaration else ", own"
    return {
        "field": each.name,
        "concept": each.concept.id,
        "kind": f"{each.concept.kind.value}{own}",
        "by": each.by.value,
        "required": each.required,
        "format": _format(each),
        "consent": each.consent,
        "answers": list(each.answers),
    }


def _format(each: FormField) -> str:
    told = each.format
    parts = [
        f"≤{told.max_length}" if told.max_length else None,
        told.characters,
        told.date,
        told.precision,
        told.unit,
        "/".join(told.choices) or None,
        f"{each.years} years" if each.years > 1 else None,
    ]
    return ", ".join(filter(None, parts))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return ", ".join(value) if isinstance(value, list) else str(value if value is not None else "")


@forms.command("overlap")
@click.argument("form_ids", nargs=-1, metavar="[FORM]...")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as HTML."
)
@json_option
def show_overlap(form_ids: tuple[str, ...], html: Path | None, as_json: bool) -> None:
    """Show which fields of the forms ask the same, and what is left when each is asked once.

    Without FORM, all forms. The order of the forms is that in which they are filled in.
    """
    from mappings.forms import overlap

    found = overlap(_chosen(form_ids))
    if html is not None:
        from hub.forms_report import render

        try:
            html.write_text(render(found), encoding="utf-8")
        except OSError as error:
            raise click.BadParameter(f"{html} cannot be written: {error.strerror}") from None
        click.echo(f"{html} written", err=True)
    if as_json:
        emit(_as_data(found))
    elif html is None:
        _print(found)


def _as_data(found: Overlap) -> dict[str, Any]:
    from dataclasses import asdict

    totals = ("fields", "staff", "agent", "declarations", "own", "reusable")
    return {
        "totals": {name: found.total(name) for name in totals}
        | {
            "questions": len(found.questions),
            "asked": found.asked,
            "left": found.left,
            "saved": found.saved,
        },
        "forms": [asdict(count) | {"asked_alone": count.asked_alone} for count in found.forms],
        "pairs": [asdict(pair) | {"jaccard": round(pair.jaccard, 3)} for pair in found.pairs],
        "order": [asdict(step) for step in found.order],
        "questions": [asdict(each) for each in found.questions],
        "repeated_own": [asdict(each) for each in found.repeated_own if len(each.forms) > 1],
        "apart": [asdict(each) for each in found.apart],
    }


def _print(found: Overlap) -> None:
    out = console()
    click.echo(
        f"{counted(found.total('fields'), 'field')} in {counted(len(found.forms), 'form')}; a"
        f" business fills in {found.asked:,}, {found.left:,} if each question is put once"
        f" ({found.saved:,} fewer)"
    )
    counts = table("form", "様式", "fields", "staff", "agent", "declarations", "own", "reusable",
                   "new", "known before")  # fmt: skip
    for count, step in zip(found.forms, found.order, strict=True):
        figures = (count.fields, count.staff, count.agent, count.declarations, count.own,
                   count.reusable, step.new, step.known)  # fmt: skip
        counts.add_row(count.form, count.ja, *map(str, figures))
    sums = [found.total(n) for n in ("fields", "staff", "agent", "declarations", "own", "reusable")]
    counts.add_row("all", "", *map(str, sums), str(len(found.questions)), "")
    out.print(counts)
    pairs = table("pair", "asked by both", "by either", "share")
    for pair in found.pairs:
        share = f"{pair.jaccard:.0%}"
        pairs.add_row(f"{pair.left} – {pair.right}", str(pair.both), str(pair.either), share)
    out.print(pairs)
    shared = table("question", "問い", "forms", "fields")
    for each in found.shared:
        fields = ", ".join(f"{form}: {field}" for form, field in each.places)
        shared.add_row(each.concept, each.ja, str(len(each.forms)), fields)
    out.print(shared)


forms.add_command(check)
forms.add_command(schema)
