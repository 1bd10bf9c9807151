"""Why a field is filled in, shown to be looked at, or asked: codes for programs, words for people.

No reason holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from canonical.model.concepts import Concept
from mappings.prefill.answers import Why


def held(source: str, as_of: date | None) -> Why:
    """The value holds and is fresh."""
    day_ja, day = (f"{as_of}時点", f"as of {as_of}") if as_of else ("時点不明", "day unknown")
    return Why("held", f"{source}にある（{day_ja}）", f"held by {source}, {day}")


def derived(concepts: Iterable[Concept], how_ja: str, how: str) -> Why:
    """The value was computed."""
    found = tuple(concepts)
    ja = "、".join(each.ja for each in found)
    en = ", ".join(each.en for each in found)
    return Why("derived", f"{ja}から導いた：{how_ja}", f"derived from {en}: {how}")


def stale(as_of: date | None, fresh_for: int) -> Why:
    """The value is older than its freshness."""
    if as_of is None:
        return Why("undated", "いつの値か分からない", "nobody says of which day it is")
    return Why(
        "stale", f"{as_of}の値で、{fresh_for}日を過ぎた", f"of {as_of}, over {fresh_for} days old"
    )


def too_old(as_of: date | None, fresh_for: int) -> Why:
    """The value may not be used any more."""
    when_ja, when = (f"{as_of}時点", f"as of {as_of}") if as_of else ("時点不明", "of no known day")
    return Why(
        "too_old",
        f"最後に分かるのは{when_ja}で、{fresh_for}日を過ぎている",
        f"last known {when}, past its {fresh_for} days",
    )


def other_meaning(held_as: Concept, asked: Concept) -> Why:
    """Something of a like name is held that does not answer."""
    return Why(
        "other_meaning",
        f"「{held_as.ja}」はあるが、問われているのは「{asked.ja}」（{asked.definition}）",
        f"{held_as.en} is held, which is not what is asked: {asked.en}",
    )


def unknown(holders: Iterable[str]) -> Why:
    """No record that may be used has it; `holders` are the streams that could."""
    found = tuple(holders)
    if not found:
        return Why("unknown", "これを持つシステムはない", "no system that may be asked keeps it")
    listed = ", ".join(found)
    return Why(
        "unknown",
        f"使える記録にはない（持ちうる先：{listed}）",
        f"no usable record has it (could be held by {listed})",
    )


def other_year(end: date, wanted: date) -> Why:
    """The fiscal year that is held is not the one asked for."""
    return Why(
        "other_year",
        f"あるのは{end}までの年度で、問われているのは{wanted}までの年度",
        f"the year until {end} is held, that until {wanted} is asked",
    )


def not_encodable(encoding: str) -> Why:
    """The text has characters that the form cannot hold; `Answer.cannot` has them."""
    return Why(
        "not_encodable",
        f"この様式（{encoding}）で書けない文字がある",
        f"has characters that {encoding} does not",
    )


def _why(code: str, ja: str, en: str) -> Why:
    return Why(code, ja, en)


STAFF = _why("staff", "事務局が記入する", "the office fills it in")
AGENT = _why("agent", "支援事業者等が記入する", "the agent fills it in")
DECLARATION = _why("declaration", "その都度、本人が申告する", "declared afresh with each filing")
OWN = _why("own", "この申請だけの事項", "belongs to this filing alone")
ATTACHMENT = _why("attachment", "書類を添える", "a document has to be handed in")
NOT_KEPT = _why("not_kept", "ハブはこの値を持たない", "the hub keeps no such value")
NO_PLACE = _why("no_place", "この様式の答えの欄に結び付く規則がない", "no rule writes this answer")
CONFLICT = _why("conflict", "同じ日の記録が食い違う", "records of one day say different things")
UNREGISTERED = _why(
    "unregistered",
    "登記未反映：新しい申告が登記と異なる",
    "a newer statement differs from the register",
)
IMAGE = _why(
    "image", "登記の文字が画像で、文字として確かでない", "the register shows it as an image"
)
PRIVATE = _why(
    "private_character", "外字がある", "has characters that only their sender's fonts show"
)
SHORT_YEAR = _why("short_year", "12か月に満たない年度", "the fiscal year is shorter than 12 months")
NEW_YEAR = _why(
    "new_year", "その後の年度が閉じたばかりで、決算がまだかもしれない", "a later year closed lately"
)
YEAR_UNSURE = _why(
    "year_unsure",
    "年度が閉じた直後の申告で、その前の年度の数字かもしれない",
    "stated so soon after the year's end that the year before may be meant",
)
INCOMPLETE = _why("incomplete", "問われた一部しかない", "only some of what is asked is held")
ROUNDED = _why("rounded", "この様式の単位に丸めた", "rounded to the unit of the form")
COARSER = _why(
    "coarser", "問われているより粗くしか分からない", "known less finely than the form asks"
)
CUT = _why("cut", "この様式の粗さで書いた", "written as coarsely as the form asks")
REWRITTEN = _why("rewritten", "この様式の書き方に直した", "rewritten as the form has it")
TOO_LONG = _why("too_long", "欄に入りきらない", "longer than the field")
CHARACTERS = _why(
    "characters", "欄が受け付けない文字がある", "has characters that the field refuses"
)
NO_CHOICE = _why("no_choice", "選択肢にない", "is none of the choices")
CONTRADICTS = _why(
    "contradicts",
    "この書き方では他の欄の答えと合わない",
    "written so, it is at odds with another field",
)
KEPT_BACK = _why("kept_back", "本人が使わないとした", "the applicant keeps it back")
SECOND_HAND = _why("second_hand", "他の事業者の申請に書かれたもの", "said by another business")
SEVERAL = _why("several", "該当するものが複数ある", "there are several")
ACCOUNT_USER = _why(
    "account_user", "GビズIDの利用者を担当者とした", "the account's user is taken as the contact"
)
MAY_BE_MORE = _why("may_be_more", "その後に増えたかもしれない", "there may be more since")
YEAR_UNKNOWN = _why("year_unknown", "どの年度の値か分からない", "of which year is not known")
