"""An agency's record as the contract shows it, in XML."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from xml.sax.saxutils import escape

from mocks.pages import instant
from mocks.support_agency import flaws
from mocks.support_agency.agencies import Agency, Face, Step, face_of, round_of
from mocks.world import World, spelling
from mocks.world.dice import dice
from mocks.world.industries import DIVISIONS
from mocks.world.truth import RecordKey

TOPICS = (
    "創業等支援", "事業計画作成支援", "経営改善計画の策定支援", "事業承継", "M&A",
    "生産管理・品質管理",
    "人材育成・人事・労務", "海外展開等", "ＢＣＰ作成支援", "知財戦略", "販路開拓・マーケティング",
    "金融・財務", "ＩＴ活用",
)  # fmt: skip
BUREAUS = {
    "北海道": "北海道経済産業局", "沖縄県": "沖縄総合事務局",
    **dict.fromkeys(("青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県"), "東北経済産業局"),
    **dict.fromkeys(("富山県", "石川県", "岐阜県", "愛知県", "三重県"), "中部経済産業局"),
    **dict.fromkeys(
        ("福井県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県"), "近畿経済産業局"
    ),
    **dict.fromkeys(("鳥取県", "島根県", "岡山県", "広島県", "山口県"), "中国経済産業局"),
    **dict.fromkeys(("徳島県", "香川県", "愛媛県", "高知県"), "四国経済産業局"),
    **dict.fromkeys(
        ("福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県"), "九州経済産業局"
    ),
}  # fmt: skip
OPTIONAL = frozenset({"法人番号", "代表者", "経済産業局備考", "拠点"})
ABSENT = object()

Fields = dict[str, Any]


def agency_record(world: World, one: Agency) -> bytes:
    """The record of a visible agency as it stands now; states the truth beside it."""
    now = world.now
    shown = one.shown(now)
    face = face_of(world, one)
    rng = dice(world.seed, "spelling of agency", one.id, one.known_until.isoformat())
    last = shown[-1]
    fields: Fields = {
        "認定支援機関ID": one.id,
        "更新日時": instant(one.updated_at(now)),
        "届出日": _filed(shown, one).isoformat(),
        "状態": last.state,
        "個人法人区分": "個人" if face.individual else "法人",
        "機関種別": face.kind,
        "名称": _name(rng, face),
        "フリガナ": spelling.kana(rng, face.kana),
        "法人番号": spelling.number13(rng, face.number) if face.number else ABSENT,
        "代表者": ABSENT if face.individual else {
            "役職": face.head_title,
            "氏名": spelling.person_name(rng, face.head.name),
        },
        "郵便番号": spelling.postal_code(rng, face.address.place.postal_code),
        "住所": spelling.address(rng, face.address),
        "窓口電話番号": spelling.phone(rng, face.phone),
        "窓口メール": spelling.email(rng, face.email),
        "URL": face.url,
        "管轄経済産業局": BUREAUS.get(face.address.place.prefecture, "関東経済産業局"),
        "認定号数": round_of(_japan(shown[0])),
        "認定日": spelling.day(rng, _japan(shown[0])),
        "更新日": _renewed(shown),
        "有効期限": spelling.day(rng, last.valid_until),
        **_support(rng, face),
        "拠点": [
            {
                "拠点名": name,
                "郵便番号": where.place.postal_code,
                "住所": where.full,
                "電話番号": phone,
            }
            for name, where, phone in face.branches
        ],
        "経済産業局備考": rng.choice((ABSENT, ABSENT, None, "変更届を確認済み。")),
    }  # fmt: skip
    wrong = flaws.draw(dice(world.seed, "flaw of agency", one.id), one, face, last.valid_until)
    for flaw in wrong:
        flaws.spoil(fields, flaw, one, face, last.valid_until)
    if sum(sign.isdecimal() for sign in fields["郵便番号"]) < 7:
        wrong += (flaws.LOST_ZEROS,)
    asked = {name for name, value in fields.items() if value not in (None, "", ABSENT, [])}
    world.truth.state(
        RecordKey("support_agency", "agencies", one.id), one.business, wrong, frozenset(asked)
    )
    return _element("agency", fields).encode()


def _name(rng: Any, face: Face) -> str:
    if face.business is not None and face.business.name is not None:
        return spelling.legal_name(rng, face.business.name)
    return spelling.person_name(rng, face.name) if face.individual else face.name


def _japan(step: Step) -> date:
    return (step.at + timedelta(hours=9)).date()


def _filed(shown: list[Step], one: Agency) -> date:
    stated = max(_japan(step) for step in shown if step.stated)
    return max(stated, one.known_until) if one.touched else stated


def _renewed(shown: list[Step]) -> str | None:
    renewals = [step for step in shown[1:] if step.state == "有効"]
    return _japan(renewals[-1]).isoformat() if renewals else None


def _support(rng: Any, face: Face) -> Fields:
    place = face.address.place
    topics = rng.sample(TOPICS, rng.randrange(1, 7))
    industries = rng.sample(DIVISIONS[:18], rng.randrange(1, 6))
    areas = [place.prefecture] if rng.random() < 0.7 else [place.prefecture, "全国"]
    return {
        "支援可能な相談内容": "、".join(topics),
        "支援可能業種": None if rng.random() < 0.1 else "／".join(industries),
        "支援可能地域": "、".join(areas),
        "支援実績件数": rng.choice((None, 0, rng.randrange(1, 400))),
    }


def _element(name: str, value: Any) -> str:
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(value, dict):
        inner = "".join(
            _element(key, one)
            for key, given in value.items()
            for one in (given if isinstance(given, list) else [given])
            if one is not ABSENT
        )
        return f"<{name}>{inner}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
