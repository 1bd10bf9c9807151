"""What a table, a list of terms or a line of text says of a control that stands in it."""

from __future__ import annotations

from typing import Any

from hub.form_files.text import label_of

Cells = tuple[str, list[str], bool | None]
"""Label, headings of several rows, and whether it is said to be required."""


def cell_label(control: Any) -> Cells:
    """The label of a control by where it stands; empty where nothing tells."""
    for ancestor in control.iterancestors():
        if ancestor.tag in {"td", "th"}:
            return _in_table(ancestor)
        if ancestor.tag == "dd":
            return _made(_text(_before(ancestor, "dt")), [])
        if ancestor.tag in {"form", "body", "fieldset"}:
            break
    return _made(_line_before(control), [])


def _in_table(cell: Any) -> Cells:
    row = cell.getparent()
    table = next(cell.iterancestors("table"), None)
    beside = [one for one in cell.itersiblings(preceding=True) if one.tag in {"th", "td"}]
    named = [one for one in beside if one.tag == "th" or not _has_control(one)]
    rows = list(table.iter("tr")) if table is not None else [row]
    groups = _groups(row, rows)
    above = _column_head(cell, rows)
    caption = table.find("caption") if table is not None else None
    heads = [_text(caption)] if caption is not None else []
    texts = [_text(one) for one in named if _text(one) and _rows_of(one) == 1]
    tall = [_text(one) for one in named if _rows_of(one) > 1]
    label = texts[0] if texts else ""
    if label and above:
        label = f"{label}（{above}）"
    elif not label:
        label = above or (tall.pop(0) if tall else "")
    return _made(label, [*heads, *groups, *reversed(tall), *reversed(texts[1:])])


def _groups(row: Any, rows: list[Any]) -> list[str]:
    """Headings of rows above that reach down to this one, and lines that are one heading."""
    found: list[str] = []
    line = ""
    if row not in rows:
        return found
    here = rows.index(row)
    for at, other in enumerate(rows[:here]):
        cells = [one for one in other if one.tag in {"th", "td"}]
        if len(cells) == 1 and not _has_control(cells[0]):
            line = _text(cells[0])
        found += [_text(one) for one in cells
                  if at + _rows_of(one) > here and not _has_control(one)]  # fmt: skip
    return [line, *found] if line else found


def _column_head(cell: Any, rows: list[Any]) -> str:
    """The heading of a column, where the table's first line has one for each."""
    heads = [one for one in rows[0] if one.tag in {"th", "td"}] if rows else []
    row = cell.getparent()
    if len(heads) < 2 or row is rows[0] or any(map(_has_control, heads)):
        return ""
    place = sum(int(one.get("colspan") or 1) for one in cell.itersiblings(preceding=True)
                if one.tag in {"th", "td"})  # fmt: skip
    reach = 0
    for head in heads:
        reach += int(head.get("colspan") or 1)
        if place < reach:
            return _text(head)
    return ""


def _rows_of(cell: Any) -> int:
    told = cell.get("rowspan") or "1"
    return int(told) if told.isdecimal() else 1


def _has_control(cell: Any) -> bool:
    return next(cell.iter("input", "select", "textarea"), None) is not None


def _before(element: Any, tag: str) -> Any:
    return next((one for one in element.itersiblings(preceding=True) if one.tag == tag), None)


def _line_before(control: Any) -> str:
    """The text that stands right before a control: in its line, or as the element before it."""
    before = control.getprevious()
    if before is not None:
        if (before.tail or "").strip():
            return str(before.tail)
        return (
            ""
            if _has_control(before) or before.tag in {"input", "select", "textarea"}
            else _text(before)
        )
    parent = control.getparent()
    if parent is None or parent.tag in {"form", "body"}:
        return ""
    if (parent.text or "").strip():
        return str(parent.text)
    uncle = parent.getprevious()
    return (
        ""
        if uncle is None or not isinstance(uncle.tag, str) or _has_control(uncle)
        else _text(uncle)
    )


def _made(label: str, heads: list[str]) -> Cells:
    text, _, required = label_of(label)
    return (label if required is None else text), heads, required


def _text(element: Any) -> str:
    return "" if element is None else " ".join(element.text_content().split())
