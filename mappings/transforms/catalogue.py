"""The reference of the transforms, `docs/reference/transforms.md`, rendered from themselves.

`python -m mappings.transforms.catalogue` writes it; a test fails when it lags behind them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mappings.transforms import TRANSFORMS
from mappings.transforms.core import Example, Option, Transform

PAGE = Path("docs/reference/transforms.md")
SUMMARIES: Mapping[str, str] = {
    "text": "文字列. Text kept as received; what no text may hold is refused.",
    "normalised_text": "正規化した文字列. Text in one width, for search beside the original.",
    "corporate_number": "法人番号. 13 digits with a valid check digit.",
    "digits": "数字の番号. An identifier of digits that is no amount: leading zeros count.",
    "party_number": "法人番号か個人事業主管理番号. One number field and the kind beside it.",
    "client_kind": "相談者の種類. A business of either kind, or somebody who has none yet.",
    "postal_code": "郵便番号. Seven digits.",
    "legal_name": "商号又は名称. A name, its legal form and the side the form stands on.",
    "reduced_name": "照合用の名称. A name reduced to what matching compares.",
    "kana": "フリガナ. A reading in full-width katakana.",
    "corporate_name": "法人の名称. A name that is a corporation's, of a field for either kind.",
    "trade_name": "屋号. A name that is an individual's, of a field for either kind.",
    "client_name": "相談者の名称. A corporation's name, or the person whose business it is.",
    "holder_name": "名義人の名称. An account's name; a sole proprietor's is the person's own.",
    "holder_trade_name": "名義人の屋号. An account's name that is not the sole proprietor's own.",
    "full_name": "氏名. A person's name out of family name and given name.",
    "disclosed_name": "開示された名称. A name as `legal_name`; a masked one states nothing.",
    "disclosed_text": "開示された文字列. A text as `text`; a masked one states nothing.",
    "titled_name": "役職と氏名. A representative's name, and the title written before it.",
    "date": "日付. A calendar date; western, Japanese era, or a spreadsheet's number.",
    "era_date": "和暦の日付. A date that a form writes in the Japanese era.",
    "instant": "日時. A moment, kept in UTC; without an offset it is Japan's.",
    "closing_month": "決算年月. The month a fiscal year closes in, as its period.",
    "fiscal_term": "事業年度. The year of a report's cover, or one so many years before it.",
    "fiscal_year": "年度. A fiscal year that begins in April.",
    "address": "住所. One line of address into GIF's parts.",
    "address_parts": "分割された住所. Several fields of one address into GIF's parts.",
    "phone": "電話番号. A telephone number in GIF's spelling.",
    "email": "メールアドレス. An e-mail address.",
    "url": "URL. A web address.",
    "money": "金額. An amount in yen and the unit it is known to.",
    "currency_amount": "金額と通貨. An amount whose currency stands beside it; yen alone is taken.",
    "fraction": "割合. A share written as a fraction of one, as a percentage.",
    "integer": "整数. A count, with or without its counter.",
    "month": "月. A month of the year, 1 to 12.",
    "rate": "率. A percentage as decimal text.",
    "quantity": "数量. A number with its sign as decimal text, in the unit that stands beside it.",
    "boolean": "はい・いいえ. Yes or no in a form's own words.",
    "code": "コード. A word or code of the system as the model's code.",
    "jsic": "日本標準産業分類. An industry by code or by name.",
    "list": "列挙. Several elements in one text.",
    "registered_name": "登記された商号. A name and its kind; one shown as an image is uncertain.",
    "registered_address": "登記された所在地. An address; one shown as an image is uncertain.",
    "registration_kind": "登記等の事由. What happened; a ward renamed is not a move.",
    "merger": "合併の相手. The other corporation of a merger, as the register words it.",
    "prefecture_code": "都道府県コード. A prefecture's name as its JIS X 0401 code.",
}
"""What each transform reads, in a sentence."""
_HEAD = """\
# Transforms

Generated from `mappings/transforms/` by `python -m mappings.transforms.catalogue`; change the
transform, not this page. Every example here runs as a test, forward and backward.

A mapping names a transform after `as:`; without one, the type of the canonical field decides.
*Fills* are the columns it writes, where `…` is the name after `to:`. *Backward* is what the
transform writes into a form for these values, shown where the example says so. What a round trip
may lose stands as *loss*. A text that is missing or blank states nothing and is never refused.
"""


def render() -> str:
    """The whole page as Markdown."""
    index = [f"- [`{name}`](#{name}) {SUMMARIES[name].split('.')[0]}" for name in TRANSFORMS]
    sections = (_section(transform) for transform in TRANSFORMS.values())
    return "\n".join([_HEAD, *index, "", *sections])


def _section(transform: Transform) -> str:
    fills = ", ".join(f"`{column}`" for column in transform.columns("…"))
    lines = [f"## {transform.name}", "", SUMMARIES[transform.name], ""]
    if transform.inputs:
        lines += [f"- Parts (`parts:`): {', '.join(f'`{i}`' for i in transform.inputs)}"]
    lines += [f"- Fills: {fills}", f"- Loss: {transform.loss or 'none'}", ""]
    if transform.options:
        lines += ["| option | default | may be | |", "|---|---|---|---|"]
        lines += [_option(name, option) for name, option in transform.options.items()]
        lines.append("")
    lines += ["| text | options | value | backward |", "|---|---|---|---|"]
    lines += [_example(example) for example in transform.examples]
    return "\n".join([*lines, ""])


def _option(name: str, option: Option) -> str:
    kinds = option.kind if isinstance(option.kind, tuple) else (option.kind,)
    may_be: Iterable[str] = (
        (_value(choice) for choice in option.choices)
        if option.choices
        else (kind.__name__ for kind in kinds)
    )
    default = "" if option.default is None else _value(option.default)
    return _row(f"`{name}`", default, ", ".join(may_be), option.help)


def _example(example: Example) -> str:
    if example.refused:
        result = f"**refused**: `{example.refused}`"
    else:
        result = " · ".join(_value(value) for value in example.values or ())
        if example.note:
            result += f" (noted: `{example.note}`)"
    options = ", ".join(f"`{name}: {_plain(value)}`" for name, value in example.options.items())
    return _row(_texts(example.texts), options, result, _texts(example.formatted))


def _texts(texts: str | tuple[str | None, ...] | None) -> str:
    if texts is None:
        return ""
    parts = (texts,) if isinstance(texts, str) else texts
    return " · ".join(_value(part) for part in parts)


def _value(value: Any) -> str:
    return "–" if value is None else f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    """Text that shows every character: quotes around it where blanks or controls matter."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if value.isprintable() and value.strip() == value != "" else repr(value)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
