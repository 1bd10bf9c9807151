"""`hub business eligibility`: is it an SME, under which law, and by what."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from hub.audited import leave, reads_businesses
from hub.commands.options import emit, json_option

if TYPE_CHECKING:
    from canonical.model.business import Business
    from canonical.store.database import Database

_WORDS = {
    "eligible": "該当 eligible",
    "not_eligible": "非該当 not eligible",
    "undetermined": "判定できない undetermined",
}
_SETS = 3


def _programs(_context: click.Context, _option: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of laws and programs that there are."""
    from mappings.eligibility import rule_sets

    known = sorted({rules.id for rules in rule_sets()})
    if wrong := sorted(set(names) - set(known)):
        raise click.BadParameter(f"no rules of {', '.join(wrong)}; there are: {', '.join(known)}")
    return names


def _answers(_context: click.Context, _option: Any, given: tuple[str, ...]) -> dict[str, bool]:
    """`QUESTION=yes|no`, as often as given."""
    from mappings.eligibility.judging import questions
    from mappings.eligibility.rules import rule_sets

    known = sorted({question for rules in rule_sets() for question in questions(rules)})
    found = {}
    for one in given:
        name, _, word = one.partition("=")
        if name not in known or word not in {"yes", "no"}:
            raise click.BadParameter(
                f"{one!r} is no answer: write QUESTION=yes or =no; there are: {', '.join(known)}"
            )
        found[name] = word == "yes"
    return found


@click.command()
@click.argument("which", metavar="ID")
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="By the rules in force on that day and what was so on it; default: today.",
)
@click.option(
    "--program",
    "programs",
    multiple=True,
    callback=_programs,
    metavar="NAME",
    help="Only this law or program, such as `basic_act` or `it_subsidy`.",
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    callback=_answers,
    metavar="QUESTION=yes|no",
    help="Answer what the records do not tell, such as `officers=no`; it is not stored.",
)
@reads_businesses
@json_option
def eligibility(
    which: str,
    day: datetime | None,
    programs: tuple[str, ...],
    answers: dict[str, bool],
    as_json: bool,
) -> int:
    """Say whether a business is an SME, a small enterprise, or may apply; and by what.

    ID is a party's id, a 13-digit number, or a record as SYSTEM.STREAM:KEY. Records of
    confidential streams take no part.
    """
    from base.clock import SystemClock
    from base.settings import Settings
    from hub.eligibility import facts_of, plain
    from hub.sync import open_store
    from mappings.eligibility import assess_all

    on = day.date() if day else SystemClock().today()
    with open_store(Settings.load()) as store:
        found = _found(store.database, which, day.date() if day else None)
    if found is None:
        return 1
    leave({found.party_id: {one.system for one in found.origins}})
    verdicts = [plain(one) for one in assess_all(facts_of(found, on, answers), on, programs)]
    if as_json:
        emit({"party": str(found.party_id), "on": on, "verdicts": verdicts})
    elif not verdicts:
        click.echo(f"no rules of {', '.join(programs) or 'any law'} are in force on {on}", err=True)
    else:
        click.echo(f"{found.party_id} on {on}")
        for verdict in verdicts:
            _print(verdict)
    return 0 if verdicts else 1


def _found(database: Database, which: str, day: date | None) -> Business | None:
    """The one business that answers to ID; None, having said why, if there is not one."""
    from canonical.golden import finding
    from canonical.golden.asof import business as at

    parties = finding.resolve(database, which)
    if len(parties) > 1:
        several = ", ".join(map(str, parties))
        click.echo(f"{which} names several businesses: {several}; ask for one of them", err=True)
        return None
    found = at(database, parties[0], as_of=day) if parties else None
    if found is None:
        then = f" as of {day}" if day else ""
        click.echo(
            f"no business answers to {which}{then}: look for one with `hub business find NAME`",
            err=True,
        )
    return found


def _print(verdict: dict[str, Any]) -> None:
    click.echo()
    click.echo(f"{verdict['rule_set']}: {_WORDS[verdict['outcome']]}")
    source = verdict["rule_source"]
    until = f"–{verdict['valid_until']}" if verdict["valid_until"] else " on"
    click.echo(f"  {verdict['title']['ja']} · from {verdict['valid_from']}{until}")
    click.echo(f"  {source['title']} ({source['read']})")
    for line in verdict["evidence"]:
        by = f" [{line['source']}, {line['as_of'] or '?'}]" if line["source"] else ""
        stale = " 期限切れ stale" if line["stale"] else ""
        click.echo(f"  · {line['ja']} / {line['en']}{by}{stale}")
    if verdict["missing"]:
        click.echo(
            "  不足 missing: " + "; ".join(f"{m['ja']} {m['value']}" for m in verdict["missing"])
        )
        for outcome, sets in verdict["would_decide"].items():
            if sets:
                shown = " | ".join(" + ".join(one) for one in sets[:_SETS])
                more = f" | … {len(sets) - _SETS} more" if len(sets) > _SETS else ""
                click.echo(f"    can show {outcome}: {shown}{more}")
