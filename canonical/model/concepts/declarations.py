"""Declarations: put afresh by each form in its own wording, kept as that filing's own."""

from __future__ import annotations

from canonical.model.concepts.concept import Kind, Maker, Sheet

_declared = Maker(Kind.DECLARATION, Sheet.B)

CONCEPTS = (
    _declared("data_use_consent", "データ利活用の同意", "Consent to the use of data",
              "この申請の情報を施策の検討等に使うことへの同意。", "project.data_use_consent",
              syn="データ利活用|情報の利活用への同意"),
    _declared("plan_data_use_consent", "データ利活用の同意（行政手続）",
              "Consent to the use of a plan's data",
              "認定申請の情報を使うことへの、申請ごとの明示の同意。", "plan.data_use_consent"),
    _declared("publication_allowed", "公表の可否", "May be published",
              "認定を受けた事業者として公表してよいか。", "plan.publication_allowed",
              syn="公表への同意"),
    _declared("sharing_consent", "情報共有の同意", "Consent to sharing",
              "相談の記録を他の支援機関に示すことへの同意。", "consultation.sharing_consent"),
    _declared("disclosure_consent", "情報開示の同意", "Consent to disclosure",
              "譲受けを考える者に企業名等を示すことへの同意。",
              "succession_case.disclosure_consent"),
    _declared("deemed_large_company", "みなし大企業該当", "Deemed a large company",
              "みなし大企業に当たるか否かの申告。", "party.deemed_large_company",
              syn="みなし大企業|みなし大企業に該当しないことの宣誓"),
    _declared("taxable_income_over_1_5bn", "課税所得15億円超",
              "Taxable income over 1.5 billion yen",
              "直近3年の課税所得の年平均が15億円を超えるか否かの申告。",
              "party.taxable_income_over_1_5bn",
              syn="課税所得の年平均額"),
    _declared("antisocial_forces", "反社会的勢力でないことの誓約", "No ties to organised crime",
              "暴力団等と関係がないことの誓約。",
              syn="暴力団排除に関する誓約|反社会的勢力の排除"),
    _declared("wage_raise_declaration", "賃上げの誓約", "Wage rise promised",
              "給与支給総額等を引き上げることの誓約。給与支給総額そのものではない。",
              syn="賃金引上げ計画の誓約|賃金引上げの表明"),
    _declared("security_action_declared", "SECURITY ACTIONの宣誓", "SECURITY ACTION declared",
              "情報セキュリティ対策に取り組むことの宣誓。宣言IDではない。"),
    _declared("truthfulness", "記載内容に相違ないことの宣誓", "Answers are true",
              "申請の内容が事実であることの宣誓。",
              syn="虚偽のないことの誓約"),
    _declared("no_double_funding", "重複受給でないことの誓約", "No other grant for the same",
              "同じ経費に他の補助金を受けないことの誓約。過去の実績ではない。"),
    _declared("terms_accepted", "公募要領への同意", "Terms accepted",
              "公募要領の定めへの同意。",
              syn="交付規程への同意|利用規約への同意"),
    _declared("privacy_consent", "個人情報の取扱いへの同意", "Handling of personal data accepted",
              "個人情報の取扱いへの同意。",
              syn="プライバシーポリシーへの同意|個人情報の同意"),
)  # fmt: skip
