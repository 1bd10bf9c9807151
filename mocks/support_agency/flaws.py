"""What is wrong in the records of the agencies; the shares are the world's (`mocks.world.dirt`)."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from mocks.support_agency.agencies import Agency, Face
from mocks.world import dirt
from mocks.world.dirt import Flaw, outlived_era
from mocks.world.numbers import (
    passes_for_personal_number,
    personal_number,
    wrong_corporate_number,
)

Fields = dict[str, Any]

REFUSED = (
    Flaw("check_digit", "record", "法人番号", "refused"),
    Flaw("impossible_date", "field", "有効期限", "refused"),
    Flaw("not_a_phone", "field", "窓口電話番号", "refused"),
    Flaw("not_an_email", "field", "窓口メール", "refused"),
)
NOTED = (
    Flaw("era_out_of_range", "field", "有効期限", "noted"),
    Flaw("number_missing", "field", "法人番号", "noted"),
)
REVIEW = Flaw("twelve_digits", "field", "法人番号", "review")
"""The agency types its 認定支援機関ID where its 法人番号 should stand."""
MASKED = Flaw("personal_number", "field", "経済産業局備考", "masked")
LOST_ZEROS = Flaw("lost_zeros", "field", "郵便番号", "noted")

_ERA_ENDED = date(2019, 5, 1)


def draw(rng: Random, one: Agency, face: Face, valid_until: date) -> tuple[Flaw, ...]:
    """None for most agencies, one for a few."""
    roll = rng.random()
    for share, pool in (
        (dirt.REFUSED_SHARE, REFUSED),
        (dirt.NOTED_SHARE, NOTED),
        (dirt.REVIEW_SHARE, (REVIEW,)),
        (dirt.MASKED_SHARE, (MASKED,)),
    ):
        if roll < share:
            fitting = [flaw for flaw in pool if _applies(flaw, one, face, valid_until)]
            return (rng.choice(fitting),) if fitting else ()
        roll -= share
    return ()


def _applies(flaw: Flaw, one: Agency, face: Face, valid_until: date) -> bool:
    if flaw.rule == "twelve_digits":
        return not face.individual and not passes_for_personal_number(one.id)
    if flaw.rule == "number_missing":
        return not face.individual
    if flaw.rule == "era_out_of_range":
        return valid_until >= _ERA_ENDED
    return True


def spoil(fields: Fields, flaw: Flaw, one: Agency, face: Face, valid_until: date) -> None:
    """Put the flaw into a record's fields."""
    if flaw.rule == "check_digit":
        fields["法人番号"] = wrong_corporate_number(face.number) if face.number else face.typed
    elif flaw.rule == "twelve_digits":
        fields["法人番号"] = one.id
    elif flaw.rule == "number_missing":
        fields["法人番号"] = None
    elif flaw.rule == "impossible_date":
        fields["有効期限"] = "平成30年2月30日"
    elif flaw.rule == "era_out_of_range":
        fields["有効期限"] = outlived_era(valid_until.year, valid_until.month, valid_until.day)
    elif flaw.rule == "not_a_phone":
        fields["窓口電話番号"] = "変更予定"
    elif flaw.rule == "not_an_email":
        fields["窓口メール"] = "なし"
    else:
        number = personal_number(int(one.id[2:11]))
        fields["経済産業局備考"] = f"本人確認済（マイナンバー {number}）"
