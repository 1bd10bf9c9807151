"""Which relations hold for some parties: evidence weighed, a register and people having their say.

A pure function of members, claims and decisions, so it does not matter when it is computed. What
takes a scope to know never changes what is told without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import polars as pl

from canonical.matching import kin_reading
from canonical.matching.kin import CANDIDATE, CONFIRMED, FOUND_SCHEMA, REJECTED, alike, scopes
from canonical.matching.kin_reading import Around
from canonical.matching.tables import Tables

CONTENT = ("cause", "since_on", "status", "evidence")
KEY = ("from_party", "to_party", "kind", "scope")
_STRENGTH = ("decision", "register", "claim", "shareholder", "alike")
_WANTED = (CONFIRMED, REJECTED, CANDIDATE)
_BETWEEN = ("one_party", "other_party")


def relations(tables: Tables, around: Around) -> pl.DataFrame:
    """The relations of the parties that `around` is about: KEY and CONTENT, one row a key."""
    own = around.crosswalk
    stated = _of_claims(kin_reading.stated(tables, own))
    told = _parties(stated)
    undone, numbers = kin_reading.undone(tables, told), kin_reading.numbers(tables, told)
    stated = _standing(stated, undone, numbers)
    decisions = kin_reading.decided(tables, own)
    found = pl.concat([alike(around.pairs), stated])
    judged = _judged(_between(found), decisions)
    every = _best(pl.concat([judged, _between(_of_decisions(decisions))]))
    return _shown(every.drop(_BETWEEN).to_dicts())


def _parties(found: pl.DataFrame) -> pl.Series:
    return pl.concat([found["from_party"], found["to_party"]]).unique()


def _of_claims(stated: pl.DataFrame) -> pl.DataFrame:
    """What claims say, as evidence; a successor is where the relation starts."""
    turned = pl.col("kind") == "succeeded_by"
    register = pl.col("is_register")
    return stated.select(
        from_party=pl.when(turned).then("party_b").otherwise("party"),
        to_party=pl.when(turned).then("party").otherwise("party_b"),
        kind=pl.when(turned).then(pl.lit("successor_of")).otherwise("kind"),
        cause="cause",
        since_on="since_on",
        status=pl.when(register).then(pl.lit(CONFIRMED)).otherwise(pl.lit(CANDIDATE)),
        scope=scopes("scope", "scope_b"),
        because=pl.when(register).then(pl.lit("register")).otherwise("because"),
        agree=pl.lit(""),
        one="member",
        other="member_b",
        decision_no=pl.lit(None, pl.Int32),
    )


def _standing(stated: pl.DataFrame, undone: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Without mergers that came to nothing: the absorbed was revived, or the merger was void."""
    after = (pl.col("effective_on") >= pl.col("since_on")).fill_null(value=True)
    merger = stated.filter(pl.col("kind") == "successor_of").join(
        numbers, left_on="to_party", right_on="party", how="left"
    )
    revived = undone.filter(pl.col("kind") == "revived").drop("kind")
    void = undone.filter(pl.col("kind") == "merger_void").drop("kind")
    names_it = pl.col("cause_text").str.contains(pl.col("number"), literal=True)
    ended = pl.concat(
        [
            merger.join(revived, left_on="to_party", right_on="party").filter(after),
            merger.join(void, left_on="from_party", right_on="party").filter(
                after & names_it.fill_null(value=False)
            ),
        ]
    ).select("from_party", "to_party", "kind", "since_on")
    return stated.join(ended, on=ended.columns, how="anti", nulls_equal=True)


def _of_decisions(decided: pl.DataFrame) -> pl.DataFrame:
    """What people said to be related, as evidence."""
    rows = decided.filter(pl.col("verdict") == "related")
    from_low = (pl.col("from_member") == pl.col("low")).fill_null(value=True)
    turned = pl.col("relation") == "succeeded_by"
    starts_low = from_low != turned.fill_null(value=False)
    return rows.select(
        from_party=pl.when(starts_low).then("party_low").otherwise("party_high"),
        to_party=pl.when(starts_low).then("party_high").otherwise("party_low"),
        kind=pl.when(turned)
        .then(pl.lit("successor_of"))
        .otherwise(pl.col("relation").fill_null("group_of")),
        cause="cause",
        since_on="since_on",
        status=pl.lit(CONFIRMED),
        scope=scopes("scope_low", "scope_high"),
        because=pl.lit("decision"),
        agree=pl.lit(""),
        one="low",
        other="high",
        decision_no="decision_no",
    )


def _between(found: pl.DataFrame) -> pl.DataFrame:
    return found.with_columns(
        one_party=pl.min_horizontal("from_party", "to_party"),
        other_party=pl.max_horizontal("from_party", "to_party"),
    )


def _judged(found: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Candidates after people, and registers, had their say about the two parties.

    Where it is known how two parties hang together, other guesses about them are dropped; where a
    person said that they are different, guesses are kept as rejected.
    """
    told = _between(
        decisions.select(
            "verdict",
            "decision_no",
            from_party="party_low",
            to_party="party_high",
            said_in=scopes("scope_low", "scope_high"),
        )
    ).select(*_BETWEEN, "said_in", "verdict", said="decision_no")
    registered = found.filter(pl.col("because") == "register").select(
        *_BETWEEN,
        said_in="scope",
        verdict=pl.lit("related"),
        said=pl.lit(None, pl.Int32),
    )
    answers = pl.concat([told, registered]).unique()
    guesses = found.filter(pl.col("status") == CANDIDATE)
    key = [*_BETWEEN, "scope"]
    heard = guesses.select(key).unique().join(answers, on=list(_BETWEEN)).filter(_heard_by())
    related = heard.filter(pl.col("verdict") == "related").select(key).unique()
    rejected = (
        heard.filter(pl.col("verdict") == "different").group_by(key).agg(pl.col("said").min())
    )
    open_guesses = guesses.join(related, on=key, how="anti").join(rejected, on=key, how="left")
    refused = pl.col("said").is_not_null()
    kept = open_guesses.with_columns(
        status=pl.when(refused).then(pl.lit(REJECTED)).otherwise("status"),
        decision_no=pl.col("said"),
    ).drop("said")
    sure = found.filter(pl.col("status") != CANDIDATE)
    return pl.concat([sure, kept.select(sure.columns)])


def _heard_by() -> pl.Expr:
    """Whether who may know of the guess may know of the answer."""
    needed = pl.col("said_in").str.split(" ")
    held = pl.concat_str(pl.lit(" "), "scope", separator="").str.split(" ")
    return needed.list.set_difference(held).list.len() == 0


def _best(found: pl.DataFrame) -> pl.DataFrame:
    """The strongest evidence of each relation in each scope; the newest decision."""
    rank = pl.col("because").replace_strict(
        {name: place for place, name in enumerate(_STRENGTH)}, return_dtype=pl.Int32
    )
    wanted = pl.col("status").replace_strict(
        {name: place for place, name in enumerate(_WANTED)}, return_dtype=pl.Int32
    )
    return (
        found.with_columns(wanted=wanted, rank=rank, known=pl.col("since_on").is_null())
        .sort(
            *KEY, "wanted", "rank", "decision_no", "known", "since_on", "agree", "one", "other",
            descending=[False] * 6 + [True] + [False] * 5,
        )
        .unique(list(KEY), keep="first", maintain_order=True)
        .drop("wanted", "rank", "known")
    )  # fmt: skip


def _shown(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """The relations as they are kept; what more scopes know only where it is more."""
    kept: dict[tuple[int, int, str], list[dict[str, Any]]] = {}
    ranked = sorted(rows, key=lambda row: (len(row["scope"].split()), row["scope"]))
    for row in ranked:
        same = kept.setdefault((row["from_party"], row["to_party"], row["kind"]), [])
        mine = set(row["scope"].split())
        known = any(
            set(other["scope"].split()) <= mine and not _is_more(row, other) for other in same
        )
        if not known:
            same.append(row)
    told = [
        {**{name: row[name] for name in (*KEY, "cause", "since_on", "status")},
         "evidence": _evidence(row)}
        for same in kept.values() for row in same
    ]  # fmt: skip
    schema = {name: FOUND_SCHEMA[name] for name in (*KEY, "cause", "since_on", "status")}
    return pl.DataFrame(told, schema={**schema, "evidence": pl.String()})


def _is_more(row: dict[str, Any], known: dict[str, Any]) -> bool:
    return _WANTED.index(row["status"]) < _WANTED.index(known["status"])


def _evidence(row: dict[str, Any]) -> str:
    told: dict[str, Any] = {"because": row["because"]}
    if row["agree"]:
        told["agree"] = row["agree"].split(" ")
    if row["decision_no"] is not None:
        told["decision"] = row["decision_no"]
    return json.dumps({**told, "members": [str(row["one"]), str(row["other"])]})
