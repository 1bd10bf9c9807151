"""A list of fields as a table (TSV or CSV), with a head or without one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from base.errors import ContractError
from hub.form_files.text import choices_of, length_of, yes_or_no
from mappings.forms.suggesting import AskedField
from mappings.forms.suggesting.asked import safe_samples

_HEADS = (
    ("section", r"区分|見出し|セクション|大項目|中項目|分類|グループ|ページ|画面"
                r"|section|group|category|heading"),
    ("description", r"説明|備考|定義|注記|補足|記入方法|記載方法|description|note|remark|help"),
    ("sample", r"記入例|入力例|例|サンプル|sample|example"),
    ("unit", r"単位|unit"),
    ("max_length", r"文字数|桁数|最大長|上限|length|size|max"),
    ("choices", r"選択肢|コード値|値の範囲|choices|options|enum|values"),
    ("required", r"必須|required|mandatory"),
    ("type", r"データ型|^型$|形式|属性|書式|type|format"),
    ("name", r"物理名|変数名|キー|項目id|^id$|physical|^key$|^name$|code"),
    ("label", r"項目|論理名|名称|ラベル|設問|質問|フィールド|記載事項"
              r"|field|label|title|question|item|column"),
)  # fmt: skip
_ENCODINGS = ("utf-8-sig", "cp932", "utf-16")
_TYPES = (
    ("date", r"日付|年月日|date"),
    ("number", r"数値|数字|整数|金額|number|int|decimal|numeric"),
    ("email", r"メール|mail"),
    ("checkbox", r"チェック|check|bool"),
    ("choice", r"選択|プルダウン|ラジオ|select|radio|enum"),
    ("file", r"添付|ファイル|file"),
    ("text", r"文字|テキスト|記述|text|string|char"),
)


def read_table(body: bytes, name: str) -> list[AskedField]:
    """One field for each row that has a label.

    The columns are told by their heads (項目, 説明, 必須, 単位 …); without a head the first column
    is the label and the others are not read, for nothing says what they hold.

    Raises:
        ContractError: the file is no text.
    """
    text = _decoded(body, name)
    head = text.partition("\n")[0]
    delimiter = max("\t,;", key=head.count)
    rows = [row for row in _rows(text, delimiter, name) if any(row) and not row[0].startswith("#")]
    columns = _columns(rows[0]) if rows else {}
    if "label" not in columns and "name" not in columns:
        return [AskedField(row[0]) for row in rows if row[0]]
    section = ""
    found = []
    for row in rows[1:]:
        cell = {key: row[place] for key, place in columns.items() if place < len(row)}
        section = cell.get("section", "") or (section if "section" in columns else "")
        if cell.get("label") or cell.get("name"):
            found.append(_asked(cell, section))
    return found


def _rows(text: str, delimiter: str, name: str) -> list[list[str]]:
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="")
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        raise ContractError(f"{name} is no table", remedy="Save it as tab-separated text") from None


def _decoded(body: bytes, name: str) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    for encoding in _ENCODINGS:
        try:
            text = body.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise ContractError(f"{name} is no text", remedy="Save it as UTF-8, tab- or comma-separated")


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Which column is what: the first that its head fits, each head used once."""
    found: dict[str, int] = {}
    for kind in ("label", *(kind for kind, _ in _HEADS if kind != "label")):
        pattern = re.compile(dict(_HEADS)[kind], re.IGNORECASE)
        for place, title in enumerate(head):
            plain = title.strip()
            if place not in found.values() and len(plain) <= 20 and pattern.search(plain):
                if kind == "label" and _other(plain):
                    continue
                found[kind] = place
                break
    if "label" not in found and "name" in found:
        found["label"] = found.pop("name")
    return found


def _other(title: str) -> bool:
    """Whether a head that might be the label's is another's: 項目の説明, 項目ID, 項目区分."""
    return any(
        re.search(pattern, title, re.IGNORECASE)
        for kind, pattern in _HEADS
        if kind not in {"label", "name"}
    ) or bool(re.search(r"物理名|変数名|id$|^no\.?$", title, re.IGNORECASE))


def _asked(cell: dict[str, str], section: str) -> AskedField:
    told = cell.get("type", "")
    return AskedField(
        cell.get("label", ""),
        section,
        cell.get("name", ""),
        cell.get("description", ""),
        next((kind for kind, words in _TYPES if told and re.search(words, told, re.I)), None),
        cell.get("unit") or None,
        length_of(cell.get("max_length", "")),
        None,
        choices_of(cell.get("choices", "")),
        yes_or_no(cell.get("required", "")),
        safe_samples([cell.get("sample", "")]),
    )
