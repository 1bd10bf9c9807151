"""Invariant 5: a mended mapping is replayed from the archive, with every system switched off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from base.errors import FailureBudgetExceeded
from canonical.store.batch import QuarantineItem
from connectors.declaration import FailureBudget
from hub.options import SyncOptions, SyncSummary
from hub.transfer import run_sync
from mocks.faults import Fault
from mocks.serve import serve
from mocks.world import World, dirt
from tests import postgres
from tests.faults.store_dump import archived, dump
from tests.hub.hubs import APPLICATIONS_PAGE, SmallBatches, hub_in, mended

REPLAY = SyncOptions(mode="replay")
CAPITAL = ("資本金: {to: party.capital_jpy, thousands: true}",
           "資本金: {to: party.capital_jpy, thousands: true, unit: 円}")  # fmt: skip
REQUESTED = ("補助金交付申請額: {to: project.grant_requested_jpy, unit: 円}",
             "補助金交付申請額: {to: project.grant_requested_jpy, unit: 千円}")  # fmt: skip
NUMBER_IGNORED = (
    ("        法人番号: {to: party.corporate_number}\n", ""),
    (
        "    updatedAt: when the row",
        "    answers.法人番号: not trusted\n    updatedAt: when the row",
    ),
)
RECORD_RULES = {"check_digit"}


@pytest.fixture(scope="module")
def synced_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A store synced from servers that have been stopped since; a tenth of it is quarantined."""
    home = tmp_path_factory.mktemp("synced") / "hub"
    with pytest.MonkeyPatch.context() as patch:
        for share, of_all in (("REFUSED_SHARE", 0.06), ("REVIEW_SHARE", 0.01),
                              ("MASKED_SHARE", 0.03)):  # fmt: skip
            patch.setattr(dirt, share, of_all)
        servers = serve(World(5, 420), only=["subsidy"])
    with servers, hub_in(servers, home) as hub:
        for place, kind in enumerate(("key_missing", "not_an_object", "lone_surrogate",
                                      "duplicate_key_in_object", "field_gained")):  # fmt: skip
            servers.faults.add(Fault(kind, path=APPLICATIONS_PAGE, record=3 + place))
        for stream in hub.streams:
            hub.sync(stream)
        environ = dict(hub.settings.environ)
    return home, environ


@dataclass
class Stopped(SmallBatches):
    """A hub whose systems are all switched off."""

    def replay(
        self, mapping: Path | None = None, budget: int | None = None, **given: Any
    ) -> SyncSummary:
        self.clock.advance(60)
        job = self.job("applications", mapping=mapping)
        if budget is not None:
            allowed = FailureBudget(share=0.0, at_least=budget)
            job = replace(job, stream=replace(job.stream, failure_budget=allowed))
        return run_sync(job, SyncOptions(mode="replay", **given))

    def everything(self) -> tuple[dict[str, list[Any]], dict[str, Any]]:
        rows = {name: r for name, r in dump(self.url).items() if name not in {"batch"}}
        rows["stream_state"] = [row[:4] for row in rows["stream_state"]]
        return rows, archived(self.settings.archive)


@pytest.fixture
def hub(synced_home: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Stopped]:
    from base.clock import ManualClock
    from base.settings import Settings
    from hub.sync import open_store
    from tests.hub.hubs import NOW

    home, environ = synced_home
    shutil.copytree(home, tmp_path / "hub")
    settings = Settings.load({**environ, "HUB_HOME": str(tmp_path / "hub")})
    with open_store(settings) as store:
        yield Stopped(settings, store, ManualClock(NOW))


def named(items: list[QuarantineItem]) -> set[tuple[str, str, str | None]]:
    return {(item.record_key, item.rule, item.field) for item in items}


def claims(hub: Stopped) -> dict[str, list[tuple[Any, ...]]]:
    return {n: rows for n, rows in hub.everything()[0].items() if n.startswith("claim_")}


def test_the_systems_are_off(hub: Stopped) -> None:
    from base.errors import HubError

    with pytest.raises(HubError):
        hub.sync()


def test_the_same_mapping_has_nothing_to_replay(hub: Stopped) -> None:
    before = hub.everything()
    assert hub.replay().counts["read"] == 0
    assert hub.everything() == before


def test_claims_change_where_the_mapping_changed_and_old_versions_stay_closed(
    hub: Stopped, tmp_path: Path
) -> None:
    before, (_, files) = claims(hub), hub.everything()
    open_before = named(hub.items())
    mapping = mended(tmp_path, REQUESTED)
    counts = hub.replay(mapping).counts
    assert counts["read"] == counts["remapped"] + counts["quarantined"]
    after = claims(hub)
    assert {name for name in after if after[name] != before[name]} == {"claim_project"}
    changed = changed_projects(hub)
    assert len(changed) > 50
    for old, new in changed:
        assert (old.recorded_to, new.recorded_to) == (hub.clock.now(), None)
        assert new.recorded_from == old.recorded_to
        assert new.values["grant_requested_jpy"] == 1000 * old.values["grant_requested_jpy"]
        told = {k: v for k, v in old.values.items() if not k.startswith("grant_requested_jpy")}
        assert told.items() <= new.values.items()
    assert named(hub.items()) == open_before
    assert hub.everything()[1] == files
    again = hub.everything()
    assert hub.replay(mapping).counts["read"] == 0
    assert hub.everything() == again


def changed_projects(hub: Stopped) -> list[tuple[Any, Any]]:
    pairs = []
    for keys in hub.store.live_keys(hub.streams["applications"]):
        for key in keys:
            told = hub.store.claims_of("subsidy", "applications", key)
            versions = [claim for claim in told if claim.entity == "project"]
            if len(versions) > 1:
                assert len(versions) == 2
                pairs.append((versions[0], versions[1]))
    return pairs


def test_a_mended_rule_fills_the_field_that_it_had_refused(hub: Stopped, tmp_path: Path) -> None:
    refused = hub.items(rule="unit_missing")
    others = named(hub.items()) - named(refused)
    assert refused
    hub.replay(mended(tmp_path, CAPITAL))
    assert named(hub.items()) == others
    for item in refused:
        told = hub.store.claims_of("subsidy", "applications", item.record_key)
        (party,) = [c for c in told if c.entity == "party" and c.recorded_to is None]
        assert party.values["capital_jpy"] > 0


def test_records_refused_as_a_whole_are_loaded_once_the_rule_is_mended(
    hub: Stopped, tmp_path: Path
) -> None:
    refused = [item for item in hub.items() if item.rule in RECORD_RULES]
    others = named(hub.items()) - named(refused)
    assert refused
    hub.replay(mended(tmp_path, *NUMBER_IGNORED))
    assert named(hub.items()) == others
    for item in refused:
        assert hub.store.claims_of("subsidy", "applications", item.record_key)
        closed = hub.store.quarantine_item(item.item_id)
        assert closed is not None
        assert closed.status == "closed"


def test_a_dry_run_shows_the_counts_and_writes_nothing(hub: Stopped, tmp_path: Path) -> None:
    before = hub.everything()
    mapping = mended(tmp_path, REQUESTED)
    shown = hub.replay(mapping, dry_run=True).counts
    assert hub.everything() == before
    assert shown == hub.replay(mapping).counts


def test_a_field_with_a_personal_number_stays_empty_and_its_item_open(
    hub: Stopped, tmp_path: Path
) -> None:
    masked = hub.items(rule="personal_number")
    assert masked
    hub.replay(mended(tmp_path, REQUESTED))
    assert named(hub.items(rule="personal_number")) == named(masked)
    for item in masked:
        told = hub.store.claims_of("subsidy", "applications", item.record_key)
        for claim in told:
            assert "summary" not in claim.values


TITLE_AS_NUMBER = ("事業計画名: {to: project.title}", "事業計画名: {to: party.corporate_number}")


def test_what_was_refused_before_does_not_spend_the_failure_budget(
    hub: Stopped, tmp_path: Path
) -> None:
    """Else a mended mapping that heals nearly all of many records could never be replayed."""
    refused = {item.record_key for item in hub.items() if item.level == "record"}
    assert hub.replay(mended(tmp_path, CAPITAL), budget=len(refused) - 1).counts["quarantined"] == (
        len(refused)
    )


def test_a_mapping_that_refuses_too_many_is_stopped_and_changes_nothing(
    hub: Stopped, tmp_path: Path
) -> None:
    before = hub.everything()
    number_moved = (*NUMBER_IGNORED, TITLE_AS_NUMBER)
    with pytest.raises(FailureBudgetExceeded):
        hub.replay(mended(tmp_path, *number_moved))
    assert hub.everything() == before


def test_replaying_named_records_twice_changes_nothing(hub: Stopped) -> None:
    keys = tuple({item.record_key for item in hub.items()})
    gained = tuple(k for some in hub.store.live_keys(hub.streams["applications"]) for k in some)
    before = hub.everything()
    for chosen in (keys, gained):
        counts = hub.replay(keys=chosen).counts
        assert counts["read"] == len(set(chosen))
        assert counts["changed"] == counts["new"] == 0
        after = hub.everything()
        for name, rows in before[0].items():
            assert after[0][name] == rows, f"table {name} differs"
        assert after[1] == before[1]


@pytest.mark.postgresql
def test_on_postgresql_a_replay_finds_the_same(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dirt, "MASKED_SHARE", 0.1)
        patch.setattr(dirt, "REFUSED_SHARE", 0.1)
        servers = serve(World(5, 120), only=["subsidy"])
    with postgres_server.database() as url, servers, hub_in(servers, tmp_path / "h", url) as hub:
        servers.faults.add(Fault("key_missing", path=APPLICATIONS_PAGE, record=3))
        hub.sync()
        before = named(hub.items())
        assert {rule for _, rule, _ in before} >= {"personal_number", "key", "check_digit"}
        read = hub.sync(options=REPLAY, mapping=mended(tmp_path, REQUESTED)).counts
        assert read["remapped"] > 50
        assert named(hub.items()) == before
        again = dump(hub.url)
        assert hub.sync(options=REPLAY, mapping=mended(tmp_path, REQUESTED)).counts["read"] == 0
        assert {n: r for n, r in dump(hub.url).items() if n != "stream_state"} == {
            n: r for n, r in again.items() if n != "stream_state"
        }
