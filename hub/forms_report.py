"""The overlap of forms as one HTML page, for people who decide on forms: Japanese, with English.

The page stands alone: no script, no font, no image from elsewhere; light or dark as the reader's
machine is.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from canonical.model.concepts import concept_of
from mappings.forms.overlap import FormCount, Overlap, Place, Shared

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --page: #fff;
  --panel: #f6f8fa; --reuse: #1f6feb; --own: #9a6700; --declare: #8250df; --staff: #8c959f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b3; --line: #30363d;
  --page: #0d1117; --panel: #161b22; --reuse: #4493f8; --own: #d29922; --declare: #ab7df8;
  --staff: #6e7681; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; color: var(--ink);
  background: var(--page); line-height: 1.7;
  font-family: "Hiragino Sans", "Yu Gothic UI", "Noto Sans CJK JP", "Noto Sans JP", system-ui,
  sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.4; margin: 0; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); }
.en { color: var(--soft); font-size: .85em; }
h1 .en, h2 .en, th .en { display: block; font-weight: normal; }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; padding: 0;
  list-style: none; }
.figures li { flex: 1 1 9rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: .5rem; padding: .75rem 1rem; }
.figures b { display: block; font-size: 2rem; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.sum td { font-weight: 600; border-top: 2px solid var(--line); }
.bar { display: flex; height: 1.1rem; border-radius: .2rem; overflow: hidden; min-width: 12rem; }
.bar i { display: block; height: 100%; }
.reuse { background: var(--reuse); } .own { background: var(--own); }
.declare { background: var(--declare); } .staff { background: var(--staff); }
.key span { display: inline-block; margin-right: 1.25rem; }
.key i { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem;
  margin-right: .35rem; vertical-align: -.08rem; }
td.heat { text-align: center; font-variant-numeric: tabular-nums; }
"""


def render(found: Overlap) -> str:
    """The whole page."""
    names = {count.form: _short(count) for count in found.forms}
    parts = [
        _title(found),
        _figures(found),
        _by_form(found),
        _in_order(found, names),
        _matrix(found, names),
        _questions(found, names),
        _kept_apart(found, names),
        _how_counted(found),
    ]
    return (
        '<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>申請書類の重複</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _both(ja: str, en: str) -> str:
    return f'{escape(ja)} <span class="en" lang="en">{escape(en)}</span>'


def _short(count: FormCount) -> str:
    return escape(count.ja.split(" ", maxsplit=1)[0].split("に係る", maxsplit=1)[0])


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "\n".join(rows)
    table = f"<table><thead><tr>{cells}</tr></thead>\n<tbody>{body}</tbody></table>"
    return f'<div class="scroll">{table}</div>'


def _row(cells: Iterable[str | int], kind: str = "") -> str:
    shown = (
        f'<td class="n">{cell:,}</td>' if isinstance(cell, int) else f"<td>{cell}</td>"
        for cell in cells
    )
    return f"<tr{kind}>{''.join(shown)}</tr>"


def _title(found: Overlap) -> str:
    told = _both("申請書類の重複と、一度だけ尋ねた場合", "What forms ask twice, and asking it once")
    less = f"{found.saved / found.asked:.0%}" if found.asked else "0%"
    return (
        f"<h1>{told}</h1>\n<p>{len(found.forms)}つの様式すべてに申請する事業者は、いま"
        f"<b>{found.asked:,}</b>欄を記入します。同じことを一度だけ尋ねれば<b>{found.left:,}</b>欄"
        f'（{less}減）で済みます。<br><span class="en" lang="en">A business that files all'
        f" {len(found.forms)} fills in {found.asked:,} fields today; {found.left:,} are left"
        f" ({less} fewer) if each question is put once.</span></p>"
    )


def _figures(found: Overlap) -> str:
    told = (
        (found.total("fields"), "様式の欄", "fields on the forms"),
        (found.asked, "事業者が記入する欄", "filled in by the business"),
        (len(found.questions), "使い回せる問い", "reusable questions"),
        (found.total("own"), "その申請だけの欄", "of one filing alone"),
        (found.total("declarations"), "同意・宣誓等", "declarations"),
        (found.total("staff") + found.total("agent"), "職員・支援事業者の欄", "by staff, agents"),
    )
    items = "".join(f"<li><b>{n:,}</b>{_both(ja, en)}</li>" for n, ja, en in told)
    return f'<ul class="figures">{items}</ul>'


def _by_form(found: Overlap) -> str:
    head = (
        _both("様式", "Form"), _both("欄", "Fields"), _both("使い回せる", "Reusable"),
        _both("その申請だけ", "Own"), _both("同意等", "Declarations"),
        _both("職員等", "Staff, agent"), _both("内訳", "Shares"),
    )  # fmt: skip
    rows = [
        _row([_both(c.ja, c.en), c.fields, c.reusable, c.own, c.declarations, c.staff + c.agent,
              _bar(c)])
        for c in found.forms
    ]  # fmt: skip
    sums = [found.total(name) for name in ("fields", "reusable", "own", "declarations")]
    others = found.total("staff") + found.total("agent")
    rows.append(_row([_both("計", "All"), *sums, others, ""], ' class="sum"'))
    key = "".join(
        f'<span><i class="{kind}"></i>{_both(ja, en)}</span>'
        for kind, ja, en in (
            ("reuse", "使い回せる", "reusable"), ("own", "その申請だけ", "own"),
            ("declare", "同意・宣誓等", "declarations"), ("staff", "職員等", "staff, agent"),
        )
    )  # fmt: skip
    title = _both("様式ごとの欄", "Fields by form")
    return f'<h2>{title}</h2><p class="key">{key}</p>{_table(head, rows)}'


def _bar(count: FormCount) -> str:
    shares = (
        ("reuse", count.reusable), ("own", count.own), ("declare", count.declarations),
        ("staff", count.staff + count.agent),
    )  # fmt: skip
    drawn = "".join(
        f'<i class="{kind}" style="width:{100 * n / count.fields:.1f}%"></i>' for kind, n in shares
    )
    return f'<div class="bar" aria-hidden="true">{drawn}</div>'


def _in_order(found: Overlap, names: dict[str, str]) -> str:
    head = (
        _both("記入の順", "In this order"), _both("新しい問い", "New questions"),
        _both("もう答えた問い", "Known already"),
        _both("より細かく要るもの", "Wanted in more detail"),
    )  # fmt: skip
    rows = [
        _row([
            f"{number}. {names[step.form]}", step.new, step.known,
            "、".join(escape(concept_of(name).ja) for name in step.finer),
        ])
        for number, step in enumerate(found.order, 1)
    ]  # fmt: skip
    rows.append(_row([_both("計", "All"), len(found.questions), "", ""], ' class="sum"'))
    note = _both(
        "計は順によらない。細かく要るものは、最初に全体を尋ねておく。",
        "The sum does not depend on the order. What a later form wants in more detail is asked as"
        " a whole the first time.",
    )
    title = _both("順に申請すると", "Filed one after the other")
    return f"<h2>{title}</h2><p>{note}</p>{_table(head, rows)}"


def _matrix(found: Overlap, names: dict[str, str]) -> str:
    both = {(p.left, p.right): p for p in found.pairs}
    both |= {(p.right, p.left): p for p in found.pairs}
    alone = {count.form: count.questions for count in found.forms}
    rows = []
    for left, shown in names.items():
        cells = []
        for right in names:
            pair = both.get((left, right))
            shade = round(70 * pair.jaccard) if pair else 0
            colour = f"color-mix(in srgb, var(--reuse) {shade}%, transparent)"
            number = f"{pair.both}" if pair else f"<span class='en'>{alone[left]}</span>"
            cells.append(f'<td class="heat" style="background:{colour}">{number}</td>')
        rows.append(f'<tr><th scope="row">{shown}</th>{"".join(cells)}</tr>')
    title = _both("二つの様式がともに尋ねる問い", "Questions that two forms both ask")
    return f"<h2>{title}</h2>{_table(['', *names.values()], rows)}"


def _questions(found: Overlap, names: dict[str, str]) -> str:
    head = (_both("問い", "Question"), _both("様式", "Forms"), _both("欄の名", "Fields"))
    rows = [
        _row([_both(each.ja, each.en), len(each.forms), _places(each.places, names)])
        for each in found.shared
    ]
    title = _both("複数の様式が尋ねる問い", "Questions asked by several forms")
    return f"<h2>{title}</h2>{_table(head, rows)}"


def _places(places: Iterable[Place], names: dict[str, str]) -> str:
    return "<br>".join(
        f'<span class="en">{names[form]}</span> {escape(field)}' for form, field in places
    )


def _kept_apart(found: Overlap, names: dict[str, str]) -> str:
    pairs = dict.fromkeys(
        tuple(sorted((each.left_concept, each.right_concept))) for each in found.apart
    )
    head = (_both("一方", "One"), _both("他方", "The other"), _both("違い", "What differs"))
    rows = []
    for left, right in pairs:
        a, b = concept_of(left), concept_of(right)
        differ = f"{escape(a.definition)}<br>{escape(b.definition)}"
        rows.append(_row([_both(a.ja, a.en), _both(b.ja, b.en), differ]))
    again = [each for each in found.repeated_own if len(each.forms) > 1]
    title = _both("似ているが別の問い", "Alike, and not the same")
    own = _both("申請ごとに改めて尋ねるもの", "Put in every form, for it is that filing's own")
    return (
        f"<h2>{title}</h2>{_table(head, rows)}<h2>{own}</h2>"
        f"{_table((_both('問い', 'Question'), _both('欄の名', 'Fields')), _own_rows(again, names))}"
    )


def _own_rows(again: Iterable[Shared], names: dict[str, str]) -> list[str]:
    return [_row([_both(each.ja, each.en), _places(each.places, names)]) for each in again]


def _how_counted(found: Overlap) -> str:
    told = [
        _both(
            "職員とシステムが記入する欄、支援事業者が記入する欄は、事業者への問いに数えない。",
            "What staff, systems and agents fill in is no question to the business.",
        ),
        _both(
            "同意・宣誓・誓約等は使い回さず、様式ごとにその文言で改めて尋ねる。重複とも数えない。",
            "Declarations are never used again: each form puts its own wording. They are not"
            " counted as asked twice.",
        ),
        _both(
            "計画や経費など一つの申請だけのもの（申請データモデルのB票）は、申請ごとに尋ねる。",
            "What belongs to one filing (sheet B of the data model) is asked each time.",
        ),
        _both(
            f"これらを分けずに同じ名で数えると{found.concepts}の問いになる。",
            f"Counted without these distinctions there would be {found.concepts} questions.",
        ),
    ]
    items = "".join(f"<li>{each}</li>" for each in told)
    return f"<h2>{_both('数え方', 'How it is counted')}</h2><ul>{items}</ul>"
