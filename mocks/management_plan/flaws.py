"""What is wrong with some plans: in the XML itself, against its schema, or in a value."""

from __future__ import annotations

from random import Random

from mocks.world import dirt
from mocks.world.business import Business
from mocks.world.dirt import Flaw
from mocks.world.numbers import passes_for_personal_number

APPLICANT = "申請書.申請者."

REFUSED = (
    Flaw("check_digit", "record", f"{APPLICANT}法人番号", "refused"),
    Flaw("impossible_date", "field", f"{APPLICANT}設立年月日", "refused"),
    Flaw("unknown_code", "field", "計画.事業分野.中分類コード", "refused"),
    Flaw("schema", "record", "", "refused"),
    Flaw("malformed", "record", "", "refused"),
    Flaw("encoding", "record", "", "refused"),
)
NOTED = (
    Flaw("era_out_of_range", "field", "申請書.申請年月日", "noted"),
    Flaw("number_missing", "field", f"{APPLICANT}法人番号", "noted"),
)
REVIEW = Flaw("twelve_digits", "field", f"{APPLICANT}法人番号", "review")
MASKED = Flaw("personal_number", "field", "計画.実施事項", "masked")
LOST_ZEROS = Flaw("lost_zeros", "field", f"{APPLICANT}郵便番号", "noted")
AMBIGUOUS_CITY = Flaw("municipality_unknown", "field", f"{APPLICANT}住所", "noted")


def applies(flaw: Flaw, business: Business) -> bool:
    """Whether the business has the value that the flaw spoils."""
    number = business.corporate_number
    if flaw.rule in {"check_digit", "number_missing"}:
        return number is not None
    if flaw.rule == "twelve_digits":
        return number is not None and not passes_for_personal_number(number[1:])
    if flaw.rule == "impossible_date":
        return business.established_on is not None
    return True


def draw_flaws(rng: Random, business: Business) -> tuple[Flaw, ...]:
    """None for most plans, one for a few; the shares are the world's."""
    roll = rng.random()
    for share, flaws in (
        (dirt.REFUSED_SHARE, REFUSED),
        (dirt.NOTED_SHARE, NOTED),
        (dirt.REVIEW_SHARE, (REVIEW,)),
        (dirt.MASKED_SHARE, (MASKED,)),
    ):
        if roll < share:
            fitting = [flaw for flaw in flaws if applies(flaw, business)]
            return (rng.choice(fitting),) if fitting else ()
        roll -= share
    return ()
