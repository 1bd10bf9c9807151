"""What the world knows to be wrong is quarantined by its rule, and nothing else is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from canonical.store.batch import ClaimVersion
from hub.options import SyncSummary
from mocks.serve import serve
from mocks.world import World, dirt
from mocks.world.dirt import Flaw
from tests.hub.hubs import SmallBatches, hub_in

QUARANTINED = {"refused", "masked"}
SHARES = ("REFUSED_SHARE", "NOTED_SHARE", "REVIEW_SHARE", "MASKED_SHARE")
KEYWORDS = ("事業", "補助金", "支援", "助成", "公募", "経営", "地域")
EMPTIED = {
    "impossible_date": ("party", "established_on"),
    "unit_missing": ("party", "capital_jpy"),
    "unknown_code": ("party", "industry_jsic"),
    "nul": ("project", "summary"),
    "personal_number": ("project", "summary"),
}
"""Where the value of a field that a rule refuses would have gone."""


class Synced:
    """A world of 600 businesses, a fifth of its records flawed, after one sync of each stream."""

    def __init__(self, world: World, hub: SmallBatches) -> None:
        self.world, self.hub = world, hub
        self.summaries: dict[str, SyncSummary] = {s: hub.sync(s) for s in hub.streams}

    def flaws(self) -> Iterator[tuple[str, Flaw]]:
        """Every flaw of the applications with its record's key."""
        for record, flaws in self.world.truth.flaws.items():
            assert (record.system, record.stream) == ("subsidy", "applications")
            yield from ((record.key, flaw) for flaw in flaws)

    def current(self, key: str) -> list[ClaimVersion]:
        claims = self.hub.store.claims_of("subsidy", "applications", key)
        return [claim for claim in claims if claim.recorded_to is None]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    with pytest.MonkeyPatch.context() as patch:
        for share in SHARES:
            patch.setattr(dirt, share, 0.05)
        world = World(5, 600)
        with (
            serve(world, only=["subsidy"]) as servers,
            hub_in(servers, tmp_path_factory.mktemp("truth")) as hub,
        ):
            yield Synced(world, hub)


def test_exactly_what_the_truth_names_is_quarantined(synced: Synced) -> None:
    expected = {
        (key, flaw.level, flaw.rule, flaw.field)
        for key, flaw in synced.flaws()
        if flaw.outcome in QUARANTINED
    }
    items = synced.hub.items(system="subsidy")
    found = [(item.record_key, item.level, item.rule, item.field) for item in items]
    assert sorted(found) == sorted(expected)
    assert {rule for _, _, rule, _ in expected} >= {"check_digit", *EMPTIED}


def test_a_record_refused_as_a_whole_has_no_claims_and_every_other_has(synced: Synced) -> None:
    refused = {key for key, flaw in synced.flaws() if flaw.level == "record"}
    keys = [a.id for a in synced.world.visible_applications()]
    assert {key for key in keys if not synced.current(key)} == refused
    assert synced.summaries["applications"].counts["quarantined"] == len(refused) > 2


def test_a_refused_field_alone_stays_empty(synced: Synced) -> None:
    flawed = [(key, f) for key, f in synced.flaws() if f.rule in EMPTIED]
    assert len(flawed) > 20
    for key, flaw in flawed:
        entity, field = EMPTIED[flaw.rule]
        (claim,) = [c for c in synced.current(key) if c.entity == entity]
        assert field not in claim.values
        assert claim.values


def test_a_remark_is_accepted(synced: Synced) -> None:
    noted = {key for key, flaw in synced.flaws() if flaw.outcome == "noted"}
    assert len(noted) > 10
    assert all(synced.current(key) for key in noted)


def test_remarks_are_counted_by_field_and_rule(synced: Synced) -> None:
    loaded = {key for key, _ in synced.flaws() if synced.current(key)}
    expected = Counter(flaw.rule for key, flaw in synced.flaws() if key in loaded)
    told = synced.summaries["applications"].as_json()["remarks"]
    found = {(one["field"], one["rule"]): one["count"] for one in told}
    postal = sum(n for (field, rule), n in found.items() if "郵便番号" in field)
    assert postal == expected["lost_zeros"] > 0
    assert found["answers.決算[].決算年月", "era_out_of_range"] >= expected["era_out_of_range"] > 0


def test_every_application_and_every_programme_that_a_keyword_finds_is_read_once(
    synced: Synced,
) -> None:
    applications = {a.id for a in synced.world.visible_applications()}
    programs = {
        p.id
        for p in synced.world.visible_programs()
        if any(word in f"{p.title}{p.catch_phrase}{p.detail}" for word in KEYWORDS)
    }
    for stream, expected in {"applications": applications, "programs": programs}.items():
        held = [k for keys in synced.hub.store.live_keys(synced.hub.streams[stream]) for k in keys]
        assert sorted(held) == sorted(expected)
        assert synced.summaries[stream].counts["read"] == len(expected)
