"""The kinds of pairs before anything was learnt: where training starts.

The figures are round guesses, a little like the shares among small businesses in Japan. Training
moves them to what the members at hand show, and they hold it where those show little.
"""

from __future__ import annotations

from canonical.matching.levels import BY_NAME, UNKNOWN
from canonical.matching.model import PairKind

_OFTEN = {"same_rare": 0.5, "same_known": 0.2, "same_often": 0.15, "same_common": 0.15}
_ONE_NAME = {key: value * 0.85 for key, value in _OFTEN.items()} | {
    "same_reading": 0.07, "close": 0.05, "part": 0.02, "differs": 0.01,
}  # fmt: skip
_ONE_PERSON = {key: value * 0.9 for key, value in _OFTEN.items()} | {
    "same_reading": 0.04, "close": 0.01, "close_given": 0.02, "same_family": 0.01,
    "same_given": 0.01, "differs": 0.02,
}  # fmt: skip
_ONE_HEAD = {
    **{key: value * 0.8 for key, value in _OFTEN.items()},
    "same_reading": 0.04,
    "close": 0.01,
    "close_given": 0.02,
    "same_family": 0.06,
    "same_given": 0.01,
    "differs": 0.06,
}
_ONE_HEADS_BIRTH = {"same": 0.82, "month": 0.03, "close": 0.03, "differs": 0.12}
_OTHER_NAME = {
    "same_rare": 0.002, "same_known": 0.002, "same_often": 0.003, "same_common": 0.01,
    "same_reading": 0.01, "close": 0.03, "part": 0.02, "differs": 0.924,
}  # fmt: skip
_OTHER_PERSON = {
    "same_rare": 0.001, "same_known": 0.004, "same_often": 0.005, "same_common": 0.02,
    "same_reading": 0.01, "close": 0.01, "close_given": 0.005, "same_family": 0.05,
    "same_given": 0.05, "differs": 0.85,
}  # fmt: skip
_ONE_DATE = {"same": 0.9, "month": 0.05, "close": 0.03, "differs": 0.02}
_OTHER_DATE = {"same": 0.002, "month": 0.004, "close": 0.02, "differs": 0.974}
_MIXED_DATE = {"same": 0.5, "month": 0.01, "close": 0.02, "differs": 0.47}
_ONE_PLACE = {
    "room": 0.2, "block": 0.6, "other_room": 0.02, "close": 0.06, "town": 0.05, "city": 0.04,
    "prefecture": 0.02, "differs": 0.01,
}  # fmt: skip
_MOVED = {
    "room": 0.005, "block": 0.005, "other_room": 0.02, "close": 0.02, "town": 0.15, "city": 0.4,
    "prefecture": 0.25, "differs": 0.15,
}  # fmt: skip
_APART = {
    "room": 0.0005, "block": 0.001, "other_room": 0.001, "close": 0.005, "town": 0.02,
    "city": 0.3, "prefecture": 0.4, "differs": 0.2725,
}  # fmt: skip
_TOGETHER = {
    "room": 0.2, "block": 0.6, "other_room": 0.1, "close": 0.04, "town": 0.03, "city": 0.02,
    "prefecture": 0.005, "differs": 0.005,
}  # fmt: skip
_ONE_CONTACT = {"same": 0.9, "close": 0.03, "differs": 0.07}
_OTHER_CONTACT = {"same": 0.002, "close": 0.003, "differs": 0.995}
_ONE_MAIL = {"same": 0.85, "close": 0.03, "same_domain": 0.06, "differs": 0.06}
_OTHER_MAIL = {"same": 0.001, "close": 0.001, "same_domain": 0.003, "differs": 0.995}
_HOUSE_MAIL = {"same": 0.01, "close": 0.01, "same_domain": 0.3, "differs": 0.68}
_MIXED_CONTACT = {"same": 0.4, "close": 0.02, "differs": 0.58}
_ONE_FORM = {"same": 0.97, "other_side": 0.02, "differs": 0.01}
_OTHER_FORM = {"same": 0.35, "other_side": 0.3, "differs": 0.35}


def _kind(title: str, share: float, /, *, same: bool, **levels: dict[str, float]) -> PairKind:
    table = {}
    for comparison, shares in levels.items():
        named = [level for level in BY_NAME[comparison].levels if level != UNKNOWN]
        total = sum(shares.values())
        table[comparison] = tuple(shares[level] / total for level in named)
    return PairKind(title, same, share, table)


_APART_IN_ALL = {"place": _APART, "phone": _OTHER_CONTACT, "email": _OTHER_MAIL}
_UNDER_ONE_ROOF = {"place": _TOGETHER, "phone": _MIXED_CONTACT, "email": _HOUSE_MAIL}
_OTHERS = {
    "name": _OTHER_NAME, "form": _OTHER_FORM, "trade_name": _OTHER_CONTACT,
    "person": _OTHER_PERSON, "birth": _OTHER_DATE, "begun": _OTHER_DATE,
}  # fmt: skip
_FAMILY = {"person": {**_OTHER_PERSON, "same_family": 0.85, "differs": 0.1}}
_DAY = {"birth": _MIXED_DATE, "begun": _MIXED_DATE}
_NAMED = {"name": {**_ONE_NAME, "same_common": 0.6, "same_rare": 0.1, "differs": 0.1}}
_HEADED = {"person": {**_ONE_PERSON, "same_common": 0.6, "same_rare": 0.1}}


def starting_kinds() -> dict[str, tuple[PairKind, ...]]:
    """Kinds that are the same, and kinds that are not, each as it came to be compared.

    Those that are not the same share a name, a head's name, a house, a building, a day, or
    nothing that one could name.
    """
    return {"organisation": _organisations(), "individual": _individuals()}


def _organisations() -> tuple[PairKind, ...]:
    one = {
        "name": _ONE_NAME, "form": _ONE_FORM, "trade_name": _ONE_CONTACT, "person": _ONE_HEAD,
        "birth": _ONE_HEADS_BIRTH, "begun": _ONE_DATE,
    }  # fmt: skip
    twin = {"form": {"same": 0.05, "other_side": 0.8, "differs": 0.15}, "person": _ONE_HEAD,
            "birth": _ONE_HEADS_BIRTH}  # fmt: skip
    return (
        _kind("restated", 0.05, same=True, **one, place=_ONE_PLACE, phone=_ONE_CONTACT,
              email=_ONE_MAIL),
        _kind("moved", 0.01, same=True, **one, place=_MOVED, phone=_MIXED_CONTACT,
              email=_ONE_MAIL),
        _kind("stranger", 0.3, same=False, **_OTHERS, **_APART_IN_ALL),
        _kind("namesake", 0.4, same=False, **{**_OTHERS, **_NAMED}, **_APART_IN_ALL),
        _kind("head_namesake", 0.08, same=False, **{**_OTHERS, **_HEADED}, **_APART_IN_ALL),
        _kind("tenant", 0.06, same=False, **_OTHERS, **_UNDER_ONE_ROOF),
        _kind("twin", 0.002, same=False, **{**_OTHERS, **_NAMED, **twin}, **_UNDER_ONE_ROOF),
        _kind("same_day", 0.1, same=False, **{**_OTHERS, **_DAY}, **_APART_IN_ALL),
    )  # fmt: skip


def _individuals() -> tuple[PairKind, ...]:
    one = {
        "name": _ONE_NAME, "form": _ONE_FORM, "trade_name": _ONE_CONTACT, "person": _ONE_PERSON,
        "birth": _ONE_DATE, "begun": _ONE_DATE,
    }  # fmt: skip
    return (
        _kind("restated", 0.1, same=True, **one, place=_ONE_PLACE, phone=_ONE_CONTACT,
              email=_ONE_MAIL),
        _kind("moved", 0.02, same=True, **one, place=_MOVED, phone=_MIXED_CONTACT,
              email=_ONE_MAIL),
        _kind("stranger", 0.2, same=False, **_OTHERS, **_APART_IN_ALL),
        _kind("namesake", 0.4, same=False, **{**_OTHERS, **_HEADED}, **_APART_IN_ALL),
        _kind("relative", 0.1, same=False, **{**_OTHERS, **_FAMILY}, **_UNDER_ONE_ROOF),
        _kind("tenant", 0.04, same=False, **_OTHERS,
              **{**_UNDER_ONE_ROOF, "phone": _OTHER_CONTACT, "email": _OTHER_MAIL}),
        _kind("same_day", 0.1, same=False, **{**_OTHERS, **_DAY}, **_APART_IN_ALL),
    )  # fmt: skip
