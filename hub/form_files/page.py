"""The fields of a form on a web page, as an applicant sees them.

A control's label is, in this order: `label`, `aria-label`, `aria-labelledby`, the heading of its
table cell, the `dt` before it, its placeholder, its name. Headings, legends and cells that stand
for several rows are its sections. Radio buttons and check boxes of one name are one field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree, html

from hub.form_files.cells import cell_label
from hub.form_files.text import label_of, length_of, unit_of
from mappings.forms.suggesting import AskedField
from mappings.forms.suggesting.asked import safe_samples

_NO_FIELDS = {"hidden", "submit", "button", "reset", "image", "password", "search"}
_TYPES = {"date": "date", "month": "date", "number": "number", "email": "email", "tel": "tel",
          "url": "url", "file": "file", "checkbox": "checkbox", "radio": "choice"}  # fmt: skip
_CONTROLS = {"input", "select", "textarea"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_EXAMPLE = re.compile(r"^\s*(?:例|入力例|記入例|ex|e\.g\.)\s*[)）.:：]?\s*", re.IGNORECASE)


@dataclass
class _Found:
    """A field as it is gathered; a group of radio buttons grows."""

    control: Any
    label: str
    sections: list[str]
    said: str = ""
    required: bool | None = None
    choices: list[str] = field(default_factory=list)
    group: bool = False


def read_page(body: bytes) -> tuple[str, list[AskedField]]:
    """Title and fields of all forms of the page, in its order."""
    parser = html.HTMLParser(encoding=_encoding(body), no_network=True)
    try:
        root = html.document_fromstring(body, parser=parser)
    except (etree.ParserError, ValueError):
        return "", []
    titles = {each.tag: _text(each) for each in root.iter("title", "h1")}
    title = titles.get("h1") or titles.get("title") or ""
    labels = {each.get("for"): each for each in root.iter("label") if each.get("for")}
    found: list[_Found] = []
    groups: dict[tuple[str, str], _Found] = {}
    headings: dict[int, str] = {}
    for element in root.iter(*_HEADINGS, "input", "select", "textarea"):
        if element.tag in _HEADINGS:
            level = int(element.tag[1])
            headings = {at: text for at, text in headings.items() if at < level}
            headings[level] = _text(element)
            continue
        if _no_field(element):
            continue
        sections = [text for at, text in sorted(headings.items()) if at > 1]
        _gather(element, sections, labels, found, groups)
    return title, [_asked(each) for each in found]


def _encoding(body: bytes) -> str | None:
    if body.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if re.search(rb"charset\s*=", body[:2048], re.IGNORECASE):
        return None
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def _no_field(control: Any) -> bool:
    return control.tag == "input" and (control.get("type") or "text").lower() in _NO_FIELDS


def _gather(
    control: Any,
    sections: list[str],
    labels: dict[str | None, Any],
    found: list[_Found],
    groups: dict[tuple[str, str], _Found],
) -> None:
    kind = (control.get("type") or "").lower() if control.tag == "input" else ""
    name = (control.get("name") or "").removesuffix("[]")
    own = _own_label(control, labels)
    legends = [_text(one) for one in _legends(control)]
    if kind in {"radio", "checkbox"} and name and (kind, name) in groups:
        group = groups[kind, name]
        if not group.group:
            group.group = True
            group.choices.append(group.said)
            group.label = _group_label(group.control) or group.label
        group.choices.append(own or control.get("value") or "")
        return
    placed, heads, badge = cell_label(control)
    if kind == "radio":
        label = placed or (legends.pop() if legends else "") or own
    else:
        label = own or placed or control.get("placeholder") or control.get("title") or ""
    sections = [*sections, *heads, *(text for text in legends if text)]
    one = _Found(control, label, sections, own, badge)
    if kind == "radio":
        one.group = True
        one.choices.append(own or control.get("value") or "")
    if kind in {"radio", "checkbox"} and name:
        groups[kind, name] = one
    found.append(one)


def _group_label(control: Any) -> str:
    placed, _, _ = cell_label(control)
    legends = [_text(one) for one in _legends(control)]
    return placed or (legends[-1] if legends else "")


def _own_label(control: Any, labels: dict[str | None, Any]) -> str:
    told = labels.get(control.get("id")) if control.get("id") else None
    if told is None:
        told = next(control.iterancestors("label"), None)
    if told is not None and (text := _text(told)):
        return text
    if control.get("aria-label"):
        return " ".join(control.get("aria-label").split())
    root = control.getroottree().getroot()
    ids = (control.get("aria-labelledby") or "").split()
    named = (root.get_element_by_id(one, None) for one in ids)
    return " ".join(_text(one) for one in named if one is not None)


def _legends(control: Any) -> Iterator[Any]:
    """The legends of the fieldsets around a control, the outermost first."""
    outer = list(control.iterancestors("fieldset"))
    for fieldset in reversed(outer):
        legend = fieldset.find("legend")
        if legend is not None:
            yield legend


def _text(element: Any) -> str:
    """The text of an element without that of the controls in it."""
    pieces = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in {"select", "textarea", "script"}:
            pieces.append(_text(child))
        tail = child.tail or ""
        pieces.append("" if child.tag in _CONTROLS and unit_of(tail) else tail)
    return " ".join("".join(pieces).split())


def _asked(one: _Found) -> AskedField:
    control = one.control
    label, remark, said = label_of(one.label)
    kind = (control.get("type") or "text").lower() if control.tag == "input" else "text"
    required = one.required if said is None else said
    if control.get("required") is not None or control.get("aria-required") == "true":
        required = True
    choices = [text for text in one.choices if text]
    if control.tag == "select":
        options = (_text(option) for option in control.iter("option") if option.get("value") != "")
        choices = [text for text in options if not re.match(r"^(?:-|選択|お選び|▼|$)", text)]
    grouped = one.group and kind in {"radio", "checkbox"}
    placeholder = control.get("placeholder") or ""
    return AskedField(
        label,
        _section(one.sections, label),
        control.get("name") or control.get("id") or "",
        " ".join(filter(None, (remark, _described(control)))),
        "choice" if choices or grouped else _TYPES.get(kind, "text"),
        unit_of(control.tail or ""),
        length_of(control.get("maxlength") or ""),
        control.get("pattern"),
        tuple(dict.fromkeys(choices)),
        required,
        safe_samples([_EXAMPLE.sub("", placeholder), *_value(control, kind)]),
    )


def _section(headings: list[str], label: str) -> str:
    texts = (label_of(text)[0] for text in headings)
    return " / ".join(dict.fromkeys(text for text in texts if text and text != label))


def _value(control: Any, kind: str) -> list[str]:
    if control.tag == "textarea":
        return [control.text or ""]
    return (
        []
        if control.tag == "select" or kind in {"radio", "checkbox"}
        else [control.get("value") or ""]
    )


def _described(control: Any) -> str:
    root = control.getroottree().getroot()
    ids = (control.get("aria-describedby") or "").split()
    named = (root.get_element_by_id(one, None) for one in ids)
    return " ".join(_text(one) for one in named if one is not None)
