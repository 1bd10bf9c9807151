"""What stands around a field and changes what it means: headings, and the fields beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mappings.forms.suggesting.asked import AskedField
from mappings.forms.suggesting.meaning import (
    NAMES,
    NUMBERED,
    PERSONAL,
    PLACES,
    REACHED,
    Facets,
    Meaning,
    meaning,
)
from mappings.forms.suggesting.words import bare, japanese, tokens

OWN_PEOPLE = frozenset({"self", "representative", "contact"})
"""Whose values a form that a business fills in usually asks."""

_NEUTRAL = re.compile(
    r"基本|概要|情報|申請|応募|届出|財務|決算|業績|経営状況|添付|書類|プロフィール|共通|事項|項目|内容"
    r"|に関する|について|入力|記入|記載|欄|の|等|及び|および|・|様式|第|号|連絡|状況|売上|データ"
    r"|人員|規模|属性|[0-9一二三四五.．()（）|&＆、,\-]"
)
"""What may stand in a heading and changes nothing."""

_OWN: dict[str, set[str]] = {
    "whose": set(OWN_PEOPLE),
    "place": {"registered"},
    "year": {"closed"},
}
_NO_PARTY = {"施設"}
_PARTIES = re.compile(r"(?:者|社|先|元|会社|企業|機関|本部|法人|団体|組合|人|店|所|側|相手|施設)$")
_RUN = 12
"""So many fields may follow the name of another party and describe it."""

_OF_FIGURES = ("year", "period", "scope", "tax")
_OF_A_BUSINESS = re.compile(r"商号|社名|企業名|法人名|事業者名|事業者の?(?:氏名|名称)")
_FOLLOWS_NAME = PERSONAL - NAMES - {"mobile", "department"}
_SECTION_FACETS = ("whose", "place", "year", "period", "scope", "tax", "employees", "state")


@dataclass(frozen=True, slots=True)
class Standing:
    """A field's meaning where it stands.

    `sure` says whether whose it is, and of which year, is stated and not guessed; `unclear` why
    it is not; `because` what the surroundings told.
    """

    meaning: Meaning
    sure: bool = True
    unclear: str = ""
    because: str = ""


def own_meaning(asked: AskedField) -> Meaning:
    """What the label says, or the name in the file where there is no label."""
    return meaning(japanese(asked.shown))


def standings(fields: Sequence[AskedField]) -> list[Standing]:
    """Each field's meaning where it stands, in the fields' order."""
    told = [own_meaning(each) for each in fields]
    found = [_in_section(each, one) for each, one in zip(fields, told, strict=True)]
    for place in range(len(found)):
        found[place] = _beside(place, fields, told, found)
    return [_of_year(one, found) for one in found]


def section_facets(section: str) -> tuple[Facets, bool]:
    """The facets that a heading gives, and whether all of it is understood.

    A heading is understood where nothing is left of it but whose it is, and words that change
    nothing. What else it says may change the meaning of every field below it.
    """
    found: dict[str, set[str]] = {}
    left = ""
    for heading in section.split("/"):
        for facet, value, word in tokens(bare(japanese(heading.strip()))):
            if facet in _SECTION_FACETS and word not in _NO_PARTY:
                found.setdefault(facet, set()).add(value)
            else:
                left += f"{word}|"
    whose = found.get("whose", set())
    if whose - {"self"}:
        whose.discard("self")
    own = all(values <= _OWN.get(facet, set()) for facet, values in found.items())
    given = {name: frozenset(values) for name, values in found.items()}
    return given, own and not _NEUTRAL.sub("", left)


def _in_section(asked: AskedField, told: Meaning) -> Standing:
    if not asked.section:
        return Standing(told)
    given, understood = section_facets(asked.section)
    theirs = given.get("whose", frozenset())
    foreign = theirs - OWN_PEOPLE
    more: Facets = {}
    if foreign:
        mine = told.whose - {"self"}
        told = replace(told, facets={**told.facets, "whose": mine | theirs})
    elif theirs and told.attribute:
        more["whose"] = theirs
    elif told.attribute and understood and not told.whose:
        more["whose"] = frozenset({"self"})
    if told.head in PLACES and "place" in given:
        more["place"] = given["place"]
    if told.kind in {"money", "count", "rate"}:
        more |= {name: given[name] for name in _OF_FIGURES if name in given}
    because = f"under {asked.section}" if foreign or more.keys() - told.facets.keys() else ""
    unclear = "" if understood else "the heading above it may change what it means"
    return Standing(told.with_facets(more), understood, unclear, because)


def _beside(
    place: int,
    fields: Sequence[AskedField],
    labels: Sequence[Meaning],
    found: Sequence[Standing],
) -> Standing:
    """The field with whose it is by the fields beside it, where nothing else tells."""
    here = found[place]
    told = here.meaning
    near = [n for n in range(place - 1, -1, -1) if fields[n].section == fields[place].section]
    another = _another(near, labels)
    if another and labels[place].whose != {"self"} and _of_somebody(told):
        return _doubtful(here, another)
    if not told.attribute or told.whose:
        return here
    named = _follows(place, near, fields, found)
    if named is not None:
        return named
    if told.head in REACHED | PLACES:
        return _reached(here, near, found)
    if told.head in NUMBERED or _OF_A_BUSINESS.search(told.bare):
        return here
    return replace(here, sure=False, unclear=here.unclear or "nothing tells whose it is")


def _of_somebody(told: Meaning) -> bool:
    """Whether it describes somebody: after another party's name it may describe that one."""
    return told.attribute or told.kind in {"money", "count", "date", "id", "list", "rate"} or bool(
        re.search("業種|資本金|決算月|事業内容", told.bare))  # fmt: skip


def _another(near: list[int], labels: Sequence[Meaning]) -> frozenset[str]:
    """The other party whose name or number began the run of fields before, if there is one."""
    for n in near[:_RUN]:
        told = labels[n]
        if told.whose == {"self"} or not _of_somebody(told):
            return frozenset()
        if found := _other_party(told):
            return found
    return frozenset()


def _other_party(told: Meaning) -> frozenset[str]:
    if told.head not in NAMES | NUMBERED:
        return frozenset()
    if foreign := told.whose - OWN_PEOPLE - {"client"}:
        return foreign
    unknown = told.core and (
        _OF_A_BUSINESS.search(told.bare) or re.search(_PARTIES, told.core) is not None
    )
    return frozenset({"another"}) if unknown else frozenset()


def _doubtful(here: Standing, foreign: frozenset[str]) -> Standing:
    whose = ", ".join(sorted(foreign))
    told = here.meaning
    if told.attribute and not told.whose:
        told = told.with_facets({"whose": foreign})
    return replace(
        here,
        meaning=told,
        sure=False,
        unclear="the fields before it are another party's",
        because=f"after {whose}",
    )


def _follows(
    place: int, near: list[int], fields: Sequence[AskedField], found: Sequence[Standing]
) -> Standing | None:
    """フリガナ, 役職, 生年月日 belong to the name beside them; a reading may stand before it."""
    here = found[place]
    if here.meaning.head not in _FOLLOWS_NAME | NAMES:
        return None
    before = _person_at(near[0], here.meaning, found) if near else frozenset()
    after: frozenset[str] = frozenset()
    beside = place + 1
    if here.meaning.head in {"kana", "title"} and beside < len(found):
        name = found[beside].meaning.head in NAMES | {"trade_name"}
        if name and fields[beside].section == fields[place].section:
            after = _person_at(beside, here.meaning, found)
    whose = before or after
    if not whose:
        return None
    torn = here.meaning.head == "title" and bool(before and after) and before != after
    because = f"beside {fields[near[0] if before else beside].shown}"
    unclear = here.unclear or ("whose it is, is guessed" if torn else "")
    told = here.meaning.with_facets({"whose": whose})
    sure = here.sure and not torn
    return replace(here, meaning=told, sure=sure, because=because, unclear=unclear)


def _person_at(place: int, told: Meaning, found: Sequence[Standing]) -> frozenset[str]:
    """Whose the field there is, if it is of a person or a name and does not ask the same."""
    other = found[place].meaning
    if other.head == told.head or other.head not in PERSONAL | {"trade_name"} - {"mobile"}:
        return frozenset()
    return other.whose or _owner_of_name(other)


def _owner_of_name(other: Meaning) -> frozenset[str]:
    business = other.head in {"org_name", "trade_name"} and not other.core
    return frozenset({"self"}) if business else frozenset()


def _run(near: list[int], found: Sequence[Standing]) -> frozenset[str]:
    """Whose the nearest field before was that says so."""
    for n in near[:8]:
        whose = found[n].meaning.whose
        if whose and found[n].meaning.attribute:
            return whose
        if found[n].meaning.head == "org_name" and not found[n].meaning.core:
            return frozenset({"self"})
    return frozenset()


def _reached(here: Standing, near: list[int], found: Sequence[Standing]) -> Standing:
    """A bare telephone or address: the business's, unless the fields before are another's."""
    before = _run(near, found) - {"representative", "self"}
    immediate = bool(near) and found[near[0]].meaning.whose == before
    head = here.meaning.head
    if before and (immediate or before - OWN_PEOPLE - {"client"}):
        return _doubtful(here, before)
    if head in {"mobile", "email"}:
        speakers = _speakers(found)
        if speakers:
            because = "the one who speaks for the business in this form"
            told = here.meaning.with_facets({"whose": speakers})
            return replace(here, meaning=told, sure=False, unclear="nothing tells whose it is",
                           because=because)  # fmt: skip
    return replace(here, sure=False, unclear=here.unclear or "nothing tells whose it is")


def _speakers(found: Sequence[Standing]) -> frozenset[str]:
    named = (one.meaning for one in found if one.meaning.head in {"person_name", "name"})
    whose = {who for told in named for who in told.whose if len(told.whose) == 1}
    for speaker in ("contact", "client"):
        if speaker in whose:
            return frozenset({speaker})
    return frozenset()


def _of_year(here: Standing, found: Sequence[Standing]) -> Standing:
    """A figure whose year is not stated, in a form that asks it of several years."""
    told = here.meaning
    if told.kind not in {"money", "rate"} or {"year", "period"} & told.facets.keys():
        return here
    others = (one.meaning for one in _figures(found) if one.meaning.core == told.core)
    years = {value for one in others for name in ("year", "period")
             for value in one.facets.get(name, ())}  # fmt: skip
    if years - {"closed"}:
        return replace(here, sure=False, unclear="the form asks it of several periods")
    return here


def _figures(found: Sequence[Standing]) -> Iterator[Standing]:
    return (one for one in found if one.meaning.kind in {"money", "rate"})
