"""`hub export gif` over a store: what is written, what is left out and said, and for whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from base.errors import SettingsError
from canonical.store import Store
from hub.exports import schemas
from hub.exports.gif import GifExport, export
from hub.exports.gif_terms import NAMESPACE
from tests.canonical.builders import T0
from tests.docs.pages import ROOT
from tests.hub.exports.businesses import Businesses, Claims, number, party, secrets_of


def written(
    store: Store, out: Path, form: Any = "json", **wanted: Any
) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """The businesses and applications of a folder, and its report."""
    export(store.database, out, GifExport(form, **wanted), T0)
    return _lines(out / "businesses.jsonl"), _lines(out / "applications.jsonl"), _report(out)


def _lines(path: Path) -> list[Any]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _report(out: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((out / "report.json").read_text("utf-8"))
    return report


def test_businesses_in_gifs_names(businesses: Businesses, tmp_path: Path) -> None:
    found, _, report = written(businesses.store, tmp_path / "out", personal=True)
    assert len(found) == report["businesses"]["written"] == 60
    first = found[0]
    assert first["legalEntityNumber"] == number(0)
    assert first["tradeNameKana"] == "カブシキガイシャショウカイ0"
    assert first["registeredAddress"] | {"fullAddress": ""} == {
        "localGovernmentCode": "131016", "prefecture": "東京都", "cityAndCounty": "千代田区",
        "streetAddress": "霞が関", "cityBlock": "0番地", "fullAddress": "", "postalCode": "1000013",
        "country": {"code": "JPN", "value": "日本国"},
    }  # fmt: skip
    assert first["representative"]["familyNameKana"] == "ヤマダ"
    assert first["contactPointInformation"]["contactPointPhoneNumber"] == [
        "(03)1234-0000", "090-1234-5678",
    ]  # fmt: skip
    assert first["dateOfEstablishment"] == "1994-05"
    assert (first["capital_JPY"], first["startDateOfFiscalYear"]) == (3_000_000, "--04-01")
    assert first["categoryOfBusiness"] == ["76 飲食店"]
    held = {entry["field"]: entry["reason"] for entry in report["not_held"]}
    assert held["security_action_id"] == "GIF has no term for it"


def test_json_keeps_to_our_schemas(businesses: Businesses, tmp_path: Path) -> None:
    for personal in (False, True):
        found, applied, _ = written(businesses.store, tmp_path / f"{personal}", personal=personal)
        for schema, trees in ((schemas.business(), found), (schemas.application(), applied)):
            Draft202012Validator.check_schema(schema)
            check = Draft202012Validator(schema)
            assert trees
            assert not [error.message for tree in trees for error in check.iter_errors(tree)]


def test_the_schemas_are_up_to_date() -> None:
    for path, text in schemas.rendered().items():
        assert (ROOT / path).read_text("utf-8") == text, "run: python -m hub.exports.schemas"


def test_personal_values_are_asked_for(businesses: Businesses, tmp_path: Path) -> None:
    found, applied, report = written(businesses.store, tmp_path / "out")
    told = json.dumps([found, applied], ensure_ascii=False)
    assert len(found) == 60
    for personal in ("山田", "太郎", "花子", "090-1234-5678", "1950-01-01"):
        assert personal not in told
    reasons = {(entry["field"], entry["reason"]) for entry in report["not_held"]}
    assert {("representative_name", "personal"), ("contact", "personal")} <= reasons


def test_natural_persons_are_left_out_and_counted(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    made.found(range(2), kind="sole_proprietor", name="山田 太郎", name_core=None, legal_form=None,
               representative_name="山田　太郎", name_kana=None)  # fmt: skip
    made.settle()
    found, applied, report = written(store, tmp_path / "out")
    assert (found, applied) == ([], [])
    why = "a natural person, and no personal values were asked for"
    assert report["businesses"]["left_out"] == report["applications"]["left_out"] | {why: 2}
    lines = _lines(tmp_path / "out/not-held.jsonl")
    assert {line["party"] for line in lines} == {str(party(0)), str(party(1))}
    assert "山田" not in (tmp_path / "out/not-held.jsonl").read_text("utf-8")
    found, _, _ = written(store, tmp_path / "all", personal=True)
    assert (found[0]["tradeName"], found[0]["tradeNameKana"]) == ("山田 太郎", "ヤマダ タロウ")
    assert "alternateName" not in found[0]


def test_a_shop_without_kana_goes_by_its_owners_name(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    made.found([0], kind="sole_proprietor", name="山田ベーカリー", name_core=None, legal_form=None,
               name_kana=None, representative_name="山田　太郎")  # fmt: skip
    made.settle()
    ((told,), _, _) = written(store, tmp_path / "all", personal=True)
    assert (told["tradeName"], told["tradeNameKana"]) == ("山田 太郎", "ヤマダ タロウ")
    assert told["alternateName"] == ["山田ベーカリー"]


def test_one_document_a_business(businesses: Businesses, tmp_path: Path) -> None:
    _, _, report = written(businesses.store, tmp_path / "out", "xml")
    documents = sorted((tmp_path / "out/businesses").rglob("*.xml"))
    assert len(documents) == report["businesses"]["forms"]["LegalEntity_MP01"] == 60
    root = etree.parse(documents[0]).getroot()
    assert etree.QName(root) == f"{{{NAMESPACE}}}LegalEntity_MP01"
    held = {entry["field"] for entry in report["not_held"]}
    assert {"capital_JPY", "dateOfEstablishment", "numberOfEmployee"} <= held


def test_one_file_of_businesses(businesses: Businesses, tmp_path: Path) -> None:
    database = businesses.store.database
    for name, form in (("a.xml", "xml"), ("a.json", "json"), ("a.jsonl", "json")):
        export(database, tmp_path / name, GifExport(form, limit=5), T0)  # type: ignore[arg-type]
        report = json.loads((tmp_path / f"{name}.report.json").read_text("utf-8"))
        assert report["businesses"]["written"] == 5
    assert len(etree.parse(tmp_path / "a.xml").getroot()) == 5
    assert len(json.loads((tmp_path / "a.json").read_text("utf-8"))) == 5
    assert len(_lines(tmp_path / "a.jsonl")) == 5
    assert len([path for path in tmp_path.iterdir() if path.name.startswith("a.")]) == 9
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]
    export(database, tmp_path / "none.json", GifExport("json", parties=[]), T0)
    assert json.loads((tmp_path / "none.json").read_text("utf-8")) == []


def test_pages_hold_every_business_once(
    businesses: Businesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = written(businesses.store, tmp_path / "whole")[:2]
    monkeypatch.setattr("hub.exports.golden.PAGE", 7)
    monkeypatch.setattr("hub.exports.applications.PAGE", 7)
    assert written(businesses.store, tmp_path / "paged")[:2] == whole
    wanted = [party(index) for index in range(3, 40)]
    found, applied, _ = written(businesses.store, tmp_path / "some", parties=wanted)
    assert [tree["idGroup"][0]["id"] for tree in found] == [str(one) for one in wanted]
    assert len(applied) == 2 * len(wanted)


def test_an_application_in_its_forms(businesses: Businesses, tmp_path: Path) -> None:
    _, applied, _ = written(businesses.store, tmp_path / "out", parties=[party(1)], personal=True)
    grant, plan = applied
    assert grant["出典"] == {"システム": "subsidy.applications", "記録": f"APP-{party(1)}"}
    assert grant["A票"]["申請日"] == "2026-04-01"
    assert grant["A票"]["申請者"]["legalEntityNumber"] == number(1)
    assert grant["A票"]["連絡先"]["contactPointName"] == "担当 花子1"
    assert grant["B票"] == {
        "名称": "秘密の計画1", "概要": "概要", "内容": "旋盤", "更新年月日": "2026-04-01"
    }  # fmt: skip
    (year,) = grant["C票"]
    assert (year["売上高"], year["確定"]) == (64_000_000, True)
    assert grant["D票"][0]["氏名"] == "山田 太郎1"
    assert grant["E票"][0]["出資比率"] == "60"
    assert grant["独自項目"]["状態"] == "交付決定"
    assert plan["A票"]["宛先"] == "経済産業大臣"
    assert plan["独自項目"]["実施時期（終了）"] == "2029-03"


def test_applications_need_consent_and_to_be_submitted(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    project, plan = made.project, made.plan
    said: list[dict[str, Any]] = [
        {"data_use_consent": True}, {"data_use_consent": None}, {"data_use_consent": False},
        {"status": "draft"},
    ]  # fmt: skip

    def own_project(index: int) -> Claims:
        rows = project(index)
        rows["project"][0] |= said[index]
        return rows

    def own_plan(index: int) -> Claims:
        rows = plan(index)
        rows["plan"][0] |= {k: v for k, v in said[index].items() if k == "data_use_consent"}
        return rows

    made.project, made.plan = own_project, own_plan  # type: ignore[method-assign]
    made.found(range(4))
    made.settle()
    _, applied, report = written(store, tmp_path / "out")
    keys = [tree["出典"]["記録"] for tree in applied]
    assert keys == [f"APP-{party(0)}", f"APP-{party(1)}", f"PLN-{party(0)}", f"PLN-{party(3)}"]
    assert report["applications"]["left_out"] == {
        "no consent to the use of data": 3, "not submitted": 1,
    }  # fmt: skip


def test_without_their_scope_confidential_records_leave_no_trace(
    businesses: Businesses, tmp_path: Path
) -> None:
    for form in ("xml", "json"):
        written(businesses.store, tmp_path / f"before-{form}", form, personal=True)
    businesses.advise(range(5))
    businesses.hand_over([2], has_successor=False)
    businesses.advise([90])
    businesses.settle()
    for form in ("xml", "json"):
        written(businesses.store, tmp_path / f"after-{form}", form, personal=True)
        before = tmp_path / f"before-{form}"
        for path in (path for path in before.rglob("*") if path.is_file()):
            after = tmp_path / f"after-{form}" / path.relative_to(before)
            assert path.read_bytes() == after.read_bytes(), path.name


def test_under_a_scope_its_records_take_part(businesses: Businesses, tmp_path: Path) -> None:
    businesses.hand_over([90], has_successor=True)
    businesses.settle()
    found, _, _ = written(businesses.store, tmp_path / "open", personal=True)
    told, _, report = written(
        businesses.store, tmp_path / "scoped", scopes=["succession"], personal=True
    )
    assert (len(found), len(told)) == (60, 61)
    assert report["scopes"] == ["succession"]
    assert [one["legalEntityNumber"] for one in told if one not in found] == [number(90)]


def test_what_the_schema_refuses_is_left_out_and_named(
    businesses: Businesses, tmp_path: Path
) -> None:
    xsd = tmp_path / "refuses.xsd"
    xsd.write_text(
        '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        f' targetNamespace="{NAMESPACE}"><xsd:element name="LegalEntity_MP01"><xsd:complexType/>'
        "</xsd:element></xsd:schema>",
        encoding="utf-8",
    )
    _, _, report = written(businesses.store, tmp_path / "out", "xml", xsd=xsd)
    assert report["businesses"]["invalid"] == 60
    assert report["businesses"]["written"] == 0
    (reason,) = report["businesses"]["left_out"]
    assert reason.startswith("not valid: /LegalEntity_MP01")
    lines = (tmp_path / "out/not-held.jsonl").read_text("utf-8")
    assert not [secret for secret in secrets_of(1) - {str(party(1))} if secret in lines]


def test_nothing_is_overwritten_and_nothing_half_written_stays(
    businesses: Businesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = businesses.store.database
    (tmp_path / "full").mkdir()
    (tmp_path / "full/kept").write_text("kept")
    (tmp_path / "kept.xml").write_text("kept")
    for taken in ("full", "kept.xml", "nowhere/out"):
        with pytest.raises(SettingsError):
            export(database, tmp_path / taken, GifExport("xml"), T0)
    (tmp_path / "empty").mkdir()
    export(database, tmp_path / "empty", GifExport("xml", limit=1), T0)
    monkeypatch.setattr("hub.exports.gif.applications", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(database, tmp_path / "broken", GifExport("xml"), T0)
    monkeypatch.setattr("hub.exports.gif.envelope", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(database, tmp_path / "broken.xml", GifExport("xml"), T0)
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".db"} - {
        "store.db-wal", "store.db-shm",
    } == {"full", "kept.xml", "empty"}  # fmt: skip
    assert (tmp_path / "empty").stat().st_mode & 0o077 == 0


def test_text_that_xml_cannot_hold_is_told(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    made.found([0], business_summary="旋盤\x0bと\x1fフライス盤 <&>")
    made.settle()
    written(store, tmp_path / "out", "xml")
    (path,) = (tmp_path / "out/businesses").rglob("*.xml")
    found = etree.parse(path).getroot()
    assert found.findtext(f"{{{NAMESPACE}}}description") == "旋盤とフライス盤 <&>"
    lines = _lines(tmp_path / "out/not-held.jsonl")
    assert {"party": str(party(0)), "field": "business_summary",
            "reason": "control characters left out"} in lines  # fmt: skip


def test_only_what_holds_now_is_exported(store: Store, tmp_path: Path) -> None:
    made = Businesses(store)
    project = made.project
    for capital in (3_000_000, 10_000_000):

        def changed(index: int, capital: int = capital) -> Claims:
            rows = project(index)
            rows["contact"][0]["department"] = f"第{capital}課"
            rows["financial_statement"][0]["sales_jpy"] = capital
            return rows

        made.project = changed  # type: ignore[method-assign]
        made.found([0, 1], capital_jpy=capital)
        made.settle()
    before = written(store, tmp_path / "before", personal=True)
    made.remember_old_lists()
    found, applied, report = written(store, tmp_path / "out", personal=True)
    assert [tree["capital_JPY"] for tree in found] == [10_000_000] * 2
    assert [tree["A票"]["申請者"]["capital_JPY"] for tree in applied] == [10_000_000] * 4
    assert [len(tree.get("C票", [])) for tree in applied] == [1, 1, 0, 0]
    assert (found, applied) == before[:2]
    phones = found[0]["contactPointInformation"]["contactPointPhoneNumber"]
    assert phones == ["(03)1234-0000", "090-1234-5678"]
    assert "contact" not in {entry["field"] for entry in report["not_held"]}
    assert found[0]["contactPointInformation"]["contactPointPurpose"] == "第10000000課"
    assert applied[0]["C票"][0]["売上高"] == 10_000_000
