"""The claims that matching is measured by: the same every time, with the shares they promise."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from benchmarks.matching import errors, scoring, world
from benchmarks.matching.neighbours import NEIGHBOURS, neighbour_of, resembles
from benchmarks.matching.statement import FIELDS, TODAY, Statement, spell
from benchmarks.matching.world import Claims, claims
from mocks.world.founding import found_business

NUMBER = 4_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Claims:
    return claims(NUMBER, 3, tmp_path_factory.mktemp("claims"))


def test_the_same_seed_makes_the_same_claims(made: Claims, tmp_path: Path) -> None:
    again = claims(NUMBER, 3, tmp_path)
    assert_frame_equal(made.party, again.party)
    assert_frame_equal(made.truth, again.truth)
    assert not claims(NUMBER, 4, tmp_path).party.equals(made.party)


def test_claims_made_before_are_read(tmp_path: Path) -> None:
    claims(50, 3, tmp_path)
    truth = world.home_of(tmp_path, 50, 3) / "truth.parquet"
    pl.read_parquet(truth).with_columns(role=pl.lit("kept")).write_parquet(truth)
    assert claims(50, 3, tmp_path).truth["role"].unique().to_list() == ["kept"]


def test_a_tenth_and_a_half_is_stated_again_and_three_in_a_hundred_resemble(made: Claims) -> None:
    shares = Counter(made.truth["role"].to_list())
    assert made.party.height == made.truth.height == NUMBER
    assert shares["duplicate"] == NUMBER * 15 // 100
    assert sum(shares[kind] for kind in NEIGHBOURS.values) == NUMBER * 3 // 100
    assert shares["relative"] > NUMBER * 2 // 100


def test_no_claim_has_an_identifier_and_ids_tell_nothing(made: Claims) -> None:
    identifying = {"corporate_number", "sole_proprietor_number"}
    stated = made.party.select(pl.col(set(made.party.columns) & identifying).count())
    assert sum(map(sum, stated.rows())) == 0
    assert made.party["member_id"].is_sorted()
    assert made.truth.height == made.truth["member_id"].n_unique()


def test_only_duplicates_speak_of_a_party_that_another_claim_speaks_of(made: Claims) -> None:
    first = made.truth.filter(pl.col("role") != "duplicate")
    assert first["entity"].is_unique().all()
    again = made.truth.filter(pl.col("role") == "duplicate")
    there = first.filter(pl.col("role") == "first").select("entity")
    assert again.join(there, on="entity", how="anti").is_empty()


def test_relatives_share_surname_address_and_telephone_and_nothing_more() -> None:
    business = next(
        found for n in range(50) if (found := found_business(3, n, TODAY)).kind == "sole_proprietor"
    )
    relative = neighbour_of("relative", business, Random(1))
    for shared in ("address", "phone"):
        assert getattr(relative, shared) == getattr(business, shared)
    one, other = relative.representative, business.representative
    assert (one.family, one.given != other.given) == (other.family, True)
    assert (relative.email, relative.id) != (business.email, business.id)


@pytest.mark.parametrize("kind", NEIGHBOURS.values)
def test_who_resembles_a_business_is_another_party(kind: str) -> None:
    for number in range(60):
        business = found_business(3, number, TODAY)
        if resembles(kind, business):  # type: ignore[arg-type]
            other = neighbour_of(kind, business, Random(number))  # type: ignore[arg-type]
            assert other.id != business.id
            assert other.kind in {"corporation", "sole_proprietor"}
            assert business == found_business(3, number, TODAY)


def test_every_error_changes_what_is_stated() -> None:
    made = Counter[str]()
    for number in range(300):
        business = found_business(3, number, TODAY)
        rng = Random(number)
        for before, _ in errors.BEFORE:
            statement = Statement.of(business, rng)
            kept = repr(statement)
            assert before(rng, statement) == (repr(statement) != kept), before
            made[repr(before)] += repr(statement) != kept
        for after, _ in errors.AFTER:
            row = spell(Statement.of(business, rng), rng)
            source = dict(row)
            changed = after(rng, row)
            assert set(row) == set(FIELDS)
            assert changed or row == source
            made[repr(after)] += row != source
    assert min(made.values()) > 0
    assert len(made) == len(errors.BEFORE) + len(errors.AFTER)


def frame(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame(columns)


TRUTH = frame(member_id=[1, 2, 3, 4, 5], entity=["a", "a", "a", "b", "c"])


def test_pairs_are_counted_within_clusters() -> None:
    clusters = frame(member_id=[1, 2, 3, 4, 5], cluster=[1, 1, 9, 9, 5])
    quality = scoring.judge(clusters, TRUTH, frame(low=[1, 1], high=[3, 4]))
    assert (quality.joined, quality.true, quality.right) == (2, 3, 1)
    assert quality.precision == 0.5
    assert quality.f1 == pytest.approx(0.4)
    assert quality.review_percent == 60.0


def test_a_claim_without_a_cluster_stands_alone() -> None:
    quality = scoring.judge(frame(member_id=[1, 2], cluster=[1, 1]), TRUTH, None)
    assert (quality.joined, quality.true, quality.right) == (1, 3, 1)


def test_a_person_answers_by_the_truth() -> None:
    told = scoring.answered(frame(low=[1, 3], high=[2, 4]), TRUTH)
    assert told["verdict"].to_list() == ["same", "different"]


def test_the_best_cut_takes_the_pairs_above_the_first_wrong_ones() -> None:
    pairs = frame(low=[1, 3, 2], high=[2, 4, 3], probability=[0.9, 0.5, 0.8])
    probability, f1 = scoring.best_cut(pairs, TRUTH)
    assert probability == 0.8
    assert f1 == pytest.approx(0.8)
