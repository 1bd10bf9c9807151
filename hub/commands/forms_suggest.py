"""`hub forms suggest`: which concepts the fields of a form ask that nobody has mapped yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.commands.options import emit, json_option
from hub.console import console, counted, table

if TYPE_CHECKING:
    from mappings.forms.suggesting import Suggested


@click.command("suggest")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yaml", "as_yaml", is_flag=True, help="Print a forms: section to be edited.")
@json_option
def suggest_concepts(file: Path, as_yaml: bool, as_json: bool) -> None:
    """Propose a concept for each field of a new form, with score and reason.

    FILE is a table of its fields (TSV, CSV), a web page (HTML) or an OpenAPI (YAML, JSON).
    Verdicts: take (nothing is unclear), ask (look at it), new (no concept fits), declaration
    (always new). Sample values in the file are looked at and never shown.
    """
    if as_yaml and as_json:
        raise click.UsageError("--yaml or --json, not both")
    from hub.form_files import read_form_file
    from mappings.forms import load_forms
    from mappings.forms.suggesting import knowledge, suggest

    form = read_form_file(file)
    found = suggest(form.fields, knowledge(load_forms()))
    if as_yaml:
        from base.clock import SystemClock
        from mappings.forms.suggesting.draft import draft

        click.echo(draft(file.stem, form.title, found, SystemClock().today()), nl=False)
    elif as_json:
        emit({"title": form.title, "fields": [_as_data(each) for each in found]})
    else:
        _print(form.title, found)


def _as_data(each: Suggested) -> dict[str, Any]:
    asked = each.field
    return {
        "field": asked.shown,
        "section": asked.section,
        "verdict": each.verdict.value,
        "proposals": [
            {"concept": one.concept.id, "ja": one.concept.ja, "score": one.score, "why": one.why}
            for one in each.proposals
        ],
        "unclear": each.unclear,
    }


def _print(title: str, found: list[Suggested]) -> None:
    verdicts = [each.verdict.value for each in found]
    counts = ", ".join(f"{verdicts.count(one)} {one}" for one in dict.fromkeys(verdicts))
    click.echo(f"{title}: {counted(len(found), 'field')}: {counts}")
    shown = table("section", "field", "verdict", "concept", "score", "also", "why")
    for each in found:
        best = each.proposals[0] if each.proposals else None
        also = ", ".join(f"{one.concept.id} {one.score:.2f}" for one in each.proposals[1:5])
        why = "; ".join((*(best.why if best else ()), *each.unclear))
        fits = best is not None and each.verdict.value != "new"
        if best is not None and not fits:
            also = f"nearest: {best.concept.id} {best.score:.2f}" + (f", {also}" if also else "")
        shown.add_row(
            each.field.section, each.field.shown, each.verdict.value,
            best.concept.id if best and fits else "",
            f"{best.score:.2f}" if best and fits else "", also, why,
        )  # fmt: skip
    console().print(shown)
