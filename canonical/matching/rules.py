"""What no weight of evidence outweighs: pairs that are never the same, whatever agrees."""

from __future__ import annotations

import numpy as np

from canonical.matching.coding import NO_DAY, Flags
from canonical.matching.compared import Codes, Compared
from canonical.matching.levels import BY_NAME, NAMES, ONE_NAME, OUTCOMES, WHO
from canonical.matching.model import Model, Numbers

_SAME, _REVIEW, _RELATED, _DIFFERENT = range(len(OUTCOMES))


def judged(compared: Compared, weight: Numbers, model: Model) -> Codes:
    """The number of each pair's outcome (`levels.OUTCOMES`)."""
    same_at, review_at = (np.log2(p / (1 - p)) for p in (model.same_at, model.review_at))
    outcome = np.full(len(weight), _DIFFERENT, dtype=np.int8)
    told = np.flatnonzero((weight >= review_at) | _of_two_kinds(compared))
    few, weight = compared.of(told), weight[told]
    found = np.where(weight >= review_at, _REVIEW, _DIFFERENT)
    found[(weight >= same_at) & supported(few) & ~_perhaps_kin(few)] = _SAME
    found[never_same(few)] = _DIFFERENT
    found[related(few)] = _RELATED
    outcome[told] = found
    return outcome


def _of_two_kinds(compared: Compared) -> Flags:
    """Whether one name stands for a person and for the head of an organisation."""
    individual = compared.members.individual
    named = compared.codes[:, NAMES.index("person")] <= BY_NAME["person"].code("same_reading")
    found: Flags = named & (individual[compared.low] != individual[compared.high])
    return found


def _any(*told: Flags) -> Flags:
    found: Flags = np.logical_or.reduce(told)
    return found


def supported(compared: Compared) -> Flags:
    """Whether enough agrees beside a name and a municipality, or beside a building.

    Homonyms share name and municipality; the tenants of an office share its address.
    """
    individuals = compared.codes[:, -1] == WHO.index("individual")
    facts = _facts(compared)
    place = compared.at("place", "room", "block")
    named = compared.at("name", *ONE_NAME, "close") | ~compared.at("name", "part", "differs")
    return _any(
        facts,
        place & named,
        compared.at("place", "room", "block", "close", "town") & individuals,
        _named(compared) & _same_person(compared),
    )


def _facts(compared: Compared) -> Flags:
    """Whether something agrees that neither namesakes nor tenants of one office share."""
    return _any(
        compared.at("phone", "same"),
        compared.at("email", "same"),
        compared.at("birth", "same", "month", "close"),
        compared.at("begun", "same", "month", "close"),
        compared.at("place", "room", "block") & _same_person(compared),
    )


def _named(compared: Compared) -> Flags:
    return compared.at("name", *ONE_NAME, "close") | compared.at("trade_name", "same", "close")


def _same_person(compared: Compared) -> Flags:
    return compared.at("person", *ONE_NAME)


def never_same(compared: Compared) -> Flags:
    """Pairs that are different whatever else agrees."""
    individuals = compared.codes[:, -1] == WHO.index("individual")
    return _any(
        _person_and_corporation(compared),
        individuals & _relatives(compared),
        ~individuals & _tenants(compared),
        _twins_by_form(compared),
        _branch(compared),
    )


def kept_apart(compared: Compared) -> Flags:
    """Pairs that a rule keeps apart though more than a name agrees.

    A third member that is like both must not bring them together either. Persons and corporations
    are left out: their kinds keep them apart.
    """
    told = never_same(compared) & supported(compared)
    return told & ~_person_and_corporation(compared)


def _person_and_corporation(compared: Compared) -> Flags:
    individual, corporation = compared.members.individual, compared.members.corporation
    low, high = compared.low, compared.high
    found: Flags = (individual[low] & corporation[high]) | (corporation[low] & individual[high])
    return found


def _relatives(compared: Compared) -> Flags:
    """One surname, and another given name or another date of birth; or two other names."""
    other = compared.at("person", "same_family", "same_given", "differs")
    alike = compared.at("person", "close_given", "close")
    born = compared.at("birth", "same", "month")
    return (other & ~born) | (alike & compared.at("birth", "differs"))


def _perhaps_kin(compared: Compared) -> Flags:
    """Two natural persons whose given names are nearly alike (一郎 and 太郎), by household alone.

    Fathers, sons and brothers share surname, address, telephone and the shop; only what is one
    person's own tells a typing error from a relative, so without it a person decides.
    """
    individuals = compared.codes[:, -1] == WHO.index("individual")
    own = _any(
        compared.at("birth", "same", "month", "close"),
        compared.at("begun", "same", "month", "close"),
        compared.at("email", "same"),
    )
    found: Flags = individuals & compared.at("person", "close_given", "close") & ~own
    return found


def _tenants(compared: Compared) -> Flags:
    """Two organisations of different names that have nothing but an address in common."""
    mistyped = compared.at("name", "close") & compared.at("form", "other_side", "differs")
    return (mistyped | compared.at("name", "part", "differs")) & ~_facts(compared)


def _twins_by_form(compared: Compared) -> Flags:
    """前株 and 後株 of one name on one day are two companies: registers know both."""
    days = compared.members.days["as_of"]
    one, other = days[compared.low], days[compared.high]
    one_day: Flags = (one != NO_DAY) & (one == other)
    return one_day & compared.at("name", *ONE_NAME) & compared.at("form", "other_side")


def _branch(compared: Compared) -> Flags:
    """One of the two names ends with 支店, 営業所 and the like, the other does not."""
    branch = compared.members.branch
    other = compared.at("name", "part", "close", "differs", "same_reading")
    found: Flags = other & (branch[compared.low] != branch[compared.high])
    return found


def related(compared: Compared) -> Flags:
    """A person and a corporation headed by that person, or a head office and its branch."""
    together = _any(
        compared.at("place", "room", "block"),
        compared.at("phone", "same"),
        compared.at("birth", "same"),
        compared.at("email", "same"),
    )
    headed = _person_and_corporation(compared) & _same_person(compared) & together
    known = together | _same_person(compared)
    return headed | (_branch(compared) & compared.at("name", "part") & known)
