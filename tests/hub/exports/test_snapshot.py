"""The snapshot for analysis: who is in it cannot be told, and secrets are not in it at all."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from base.errors import SettingsError
from canonical.store import Store
from hub.exports import pseudonyms
from hub.exports.pseudonyms import Pseudonyms
from hub.exports.snapshot import TABLES, snapshot
from hub.exports.suppression import SUPPRESSED, K
from tests.canonical.builders import T0
from tests.hub.exports.businesses import Businesses, Claims, secrets_of

RELEASE = Pseudonyms("2026-11", b"a salt of a test, 32 bytes long..")
NOW = T0 + timedelta(days=1)


def written(store: Store, out: Path, *scopes: str) -> dict[str, pl.DataFrame]:
    snapshot(store.database, out, RELEASE, NOW, scopes=scopes)
    return {path.stem: pl.read_parquet(path) for path in sorted(out.glob("*.parquet"))}


def test_every_business_is_there_in_bands(businesses: Businesses, tmp_path: Path) -> None:
    tables = written(businesses.store, tmp_path / "out")
    assert {name: frame.height for name, frame in tables.items()} == {
        "parties": 60, "applications": 60, "procedures": 60, "plans": 60, "financials": 60,
        "programs": 1, "successors": 0, "consultations": 0,
    }  # fmt: skip
    assert set(tables["parties"]["owner_age_band"]) == {"70+"}
    assert set(tables["parties"]["established"]) == {"1990s"}
    assert set(tables["parties"]["region"]) == {"関東", "近畿", "北海道"}
    assert set(tables["parties"]["industry"]) == {"M", "E", "D"}
    assert set(tables["financials"]["sales_band"]) == {"50m-100m"}
    assert set(tables["applications"]["program"]) == {"ものづくり補助金"}
    assert set(tables["plans"]["years"]) == {"3"}
    joined = tables["parties"].join(tables["applications"], on="party")
    assert joined.height == 60
    assert joined.select(pl.col("region") == pl.col("region_right")).to_series().all()


def test_nobody_is_named(businesses: Businesses, tmp_path: Path) -> None:
    businesses.advise(range(40))
    businesses.hand_over(range(40), has_successor=False)
    businesses.settle()
    tables = written(businesses.store, tmp_path / "out", "yorozu", "succession")
    told = " ".join(frame.write_csv() for name, frame in tables.items() if name != "programs")
    for index in range(60):
        for secret in secrets_of(index) - {str(1_000 + index)}:
            assert secret not in told
    assert not {column for frame in tables.values() for column in frame.columns} & {
        "party_id", "record_id", "name", "phone", "email", "address_full", "corporate_number",
    }  # fmt: skip


def test_no_cell_is_small(businesses: Businesses, tmp_path: Path) -> None:
    businesses.found(range(60, 72), industry_jsic="85", employees_regular=400)
    businesses.settle()
    tables = written(businesses.store, tmp_path / "out")
    assert SUPPRESSED in set(tables["parties"]["industry"])
    for table in TABLES:
        if not table.counted:
            cells = tables[table.name].group_by(table.cell).agg(pl.col("party").n_unique())
            assert cells.filter(pl.col("party") < K).is_empty()


def test_no_table_tells_more_of_a_place_than_that_of_businesses(
    businesses: Businesses, tmp_path: Path
) -> None:
    """Twelve in one place: of two kinds where businesses are told, alike in all other tables."""
    businesses.found(range(60, 78, 3), industry_jsic="85", kind="corporation")
    businesses.found(range(78, 96, 3), industry_jsic="85", kind="sole_proprietor")
    businesses.settle()
    tables = written(businesses.store, tmp_path / "out")
    told = tables["parties"].select("party", "region", "industry")
    assert SUPPRESSED in set(told["industry"])
    for name in ("applications", "procedures", "plans", "financials"):
        joined = tables[name].join(told, on="party", suffix="_told")
        assert joined.height == tables[name].height
        for column in ("region", "industry"):
            known = joined.filter(pl.col(f"{column}_told") == SUPPRESSED)
            assert set(known[column]) <= {SUPPRESSED}, (name, column)


def test_a_business_of_a_small_cell_is_left_out_at_last(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    made.found(range(K - 1))
    made.settle()
    tables = written(store, tmp_path / "out")
    assert all(frame.is_empty() for name, frame in tables.items() if name != "programs")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["tables"]["parties"] == {"rows": 0, "rows_left_out": f"fewer than {K}"}


def test_without_their_scope_confidential_streams_leave_no_trace(
    businesses: Businesses, tmp_path: Path
) -> None:
    snapshot(businesses.store.database, tmp_path / "before", RELEASE, NOW)
    businesses.advise(range(40))
    businesses.hand_over(range(40), has_successor=False)
    businesses.advise(range(90, 110))
    businesses.settle()
    snapshot(businesses.store.database, tmp_path / "after", RELEASE, NOW)
    for path in (tmp_path / "before").iterdir():
        assert path.read_bytes() == (tmp_path / "after" / path.name).read_bytes(), path.name


def test_one_scope_does_not_open_another(businesses: Businesses, tmp_path: Path) -> None:
    businesses.advise(range(40))
    businesses.hand_over(range(40), has_successor=False)
    businesses.settle()
    assert written(businesses.store, tmp_path / "y", "yorozu")["successors"].is_empty()
    assert written(businesses.store, tmp_path / "s", "succession")["consultations"].is_empty()


def test_under_their_scope_they_are_counted(businesses: Businesses, tmp_path: Path) -> None:
    businesses.hand_over(range(30), has_successor=False)
    businesses.hand_over(range(30, 60), has_successor=True)
    businesses.advise(range(30))
    businesses.advise(range(30, 45), received_on=T0.date())
    businesses.advise(range(45, 60), sharing_consent=False)
    businesses.settle()
    tables = written(businesses.store, tmp_path / "out", "yorozu", "succession")
    successors = tables["successors"]
    assert "party" not in successors.columns
    known = successors.group_by("has_successor").agg(pl.col("businesses").sum())
    assert dict(known.iter_rows()) == {"false": 30, "true": 30}
    led = tables["consultations"].group_by("led_to_application").agg(pl.col("businesses").sum())
    assert dict(led.iter_rows()) == {"true": 30, "false": 15}


def test_one_business_with_many_consultations_is_no_cell(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    made.found(range(20))
    made.advise(range(9))
    for version in range(3):
        made.advise(range(9), topic=f"T{version}")
    made.settle()
    assert written(store, tmp_path / "out", "yorozu")["consultations"].is_empty()


def test_who_did_not_agree_is_not_in_it(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    project, plan = made.project, made.plan

    def refused(index: int) -> Claims:
        rows = project(index)
        rows["project"][0]["data_use_consent"] = False if index < 20 else None
        return rows

    def silent(index: int) -> Claims:
        rows = plan(index)
        rows["plan"][0]["data_use_consent"] = None if index < 20 else True
        return rows

    made.project, made.plan = refused, silent  # type: ignore[method-assign]
    made.found(range(40))
    made.settle()
    tables = written(store, tmp_path / "out")
    assert (tables["applications"].height, tables["plans"].height) == (20, 20)
    assert tables["procedures"].height == 20


def test_another_release_or_salt_gives_other_pseudonyms() -> None:
    ids = range(1000)
    salt, other = b"0" * 32, b"1" * 32
    of = {
        (name, key, kind): set(Pseudonyms(name, key).of(kind, ids))
        for name in ("a", "b") for key in (salt, other) for kind in ("party", "plan")
    }  # fmt: skip
    assert len(set.union(*of.values())) == 8 * 1000
    assert Pseudonyms("a", salt).of("party", [7]) == Pseudonyms("a", salt).of("party", [7])
    assert "0000" not in repr(Pseudonyms("a", salt))


def test_a_release_keeps_its_salt_for_its_owner_alone(tmp_path: Path) -> None:
    salt = pseudonyms.kept_salt(tmp_path, "2026-11")
    assert pseudonyms.kept_salt(tmp_path, "2026-11") == salt
    assert pseudonyms.kept_salt(tmp_path, "2026-12") != salt
    assert (tmp_path / "releases/2026-11.salt").stat().st_mode & 0o077 == 0


def test_a_salt_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(size: int) -> str:
        if size == 32:
            raise KeyboardInterrupt
        return "name"

    with monkeypatch.context() as patched:
        patched.setattr("secrets.token_hex", killed)
        with pytest.raises(KeyboardInterrupt):
            pseudonyms.kept_salt(tmp_path, "2026-11")
    assert len(pseudonyms.kept_salt(tmp_path, "2026-11")) == 64
    assert [path.name for path in (tmp_path / "releases").glob("*.salt")] == ["2026-11.salt"]


def test_a_short_salt_is_refused(tmp_path: Path) -> None:
    (tmp_path / "salt").write_bytes(b"secret-but-shrt")
    with pytest.raises(SettingsError, match="fewer than 16 bytes") as refused:
        pseudonyms.given_salt(tmp_path / "salt")
    assert "secret-but" not in str(refused.value)


def test_only_what_holds_now_is_in_it(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    for employees in (4, 400):
        made.found(range(30), employees_regular=employees)
        made.settle()
    made.remember_old_lists()
    tables = written(store, tmp_path / "out")
    assert {name: frame.height for name, frame in tables.items() if frame.height} == {
        "applications": 30, "financials": 30, "parties": 30, "plans": 30, "procedures": 30,
        "programs": 1,
    }  # fmt: skip
    assert tables["parties"]["employees_band"].unique().to_list() == ["301+"]
