"""Code lists of the canonical model: value → Japanese label. Facts, with their source."""

from __future__ import annotations

PARTY_KINDS = {
    "corporation": "法人",
    "sole_proprietor": "個人事業主",
    "pre_founder": "創業予定者",
    "body": "法人番号を持たない団体",
}

LEGAL_FORMS = {
    "101": "国の機関",
    "201": "地方公共団体",
    "301": "株式会社",
    "302": "有限会社",
    "303": "合名会社",
    "304": "合資会社",
    "305": "合同会社",
    "399": "その他の設立登記法人",
    "401": "外国会社等",
    "499": "その他",
}
"""National Tax Agency, 法人種別; GIF core code list 5 is the same."""

LEGAL_FORM_POSITIONS = {"prefix": "前", "suffix": "後", "none": "なし"}

IDENTIFIER_KINDS = {
    "corporate_number": "法人番号",
    "sole_proprietor_number": "個人事業主管理番号（GビズID）",
    "company_registration_number": "会社法人等番号",
    "support_agency_id": "認定支援機関ID",
    "invoice_number": "適格請求書発行事業者登録番号",
    "gbizid_account": "GビズIDアカウント",
    "source": "システム固有の番号",
}

RELATION_KINDS = {
    "successor_of": "承継（法人成り・相続・合併・分割・譲渡）",
    "succeeded_by": "承継された（相手が承継者）",
    "group_of": "グループ",
    "branch_of": "支店・支所",
    "trade_name_of": "屋号",
}

REGISTRATION_KINDS = {
    "assigned": "新規",
    "renamed": "商号又は名称の変更",
    "moved": "国内所在地の変更",
    "moved_abroad": "国外所在地の変更",
    "place_renamed": "行政区画の変更",
    "closed": "登記記録の閉鎖等",
    "revived": "登記記録の復活等",
    "merged": "吸収合併",
    "merger_void": "吸収合併無効",
    "name_cancelled": "商号の登記の抹消",
    "deleted": "削除",
}

CLOSING_CAUSES = {
    "liquidation": "清算の結了等",
    "merger": "合併による解散等",
    "by_registrar": "登記官による閉鎖",
    "other": "その他の清算の結了等",
}

RELATION_CAUSES = {
    "incorporation": "法人成り",
    "inheritance": "相続",
    "merger": "合併",
    "split": "分割",
    "transfer": "事業譲渡",
}

ESTABLISHMENT_KINDS = {
    "head_office": "本店・主たる事業所",
    "branch": "支店・営業所",
    "factory": "工場",
    "shop": "店舗",
    "project_site": "補助事業の実施場所",
    "other": "その他",
}

PRECISIONS = {"day": "日", "month": "月", "year": "年"}

PROCEDURE_KINDS = {
    "call_application": "公募申請",
    "grant_application": "交付申請",
    "change": "変更",
    "progress_report": "遂行状況",
    "performance_report": "実績報告",
    "payment_claim": "請求",
    "commercialisation_report": "事業化状況報告",
    "effect_report": "事業実施効果報告",
}

STATES = {
    "draft": "下書き",
    "submitted": "申請済",
    "sent_back": "差戻し",
    "under_review": "審査中",
    "selected": "採択",
    "not_selected": "不採択",
    "grant_decided": "交付決定",
    "performance_reported": "実績報告済",
    "amount_fixed": "額確定",
    "paid": "支払済",
    "withdrawn": "取下げ",
    "declined": "辞退",
    "discontinued": "廃止",
    "revoked": "取消",
}
"""採択 (selected) is not 交付決定 (grant_decided); 取下げ, 辞退, 廃止 and 取消 are apart."""

DECISIONS = {
    "selected": "採択",
    "not_selected": "不採択",
    "grant_decided": "交付決定",
    "rejected": "不交付",
}

NOTICE_KINDS = {"information": "お知らせ", "reason_for_return": "差戻し理由"}

TOPIC_KINDS = {"use_purpose": "利用目的", "industry": "業種", "area": "対象地域"}

JSIC_DIVISIONS = {
    "A": "農業，林業",
    "B": "漁業",
    "C": "鉱業，採石業，砂利採取業",
    "D": "建設業",
    "E": "製造業",
    "F": "電気・ガス・熱供給・水道業",
    "G": "情報通信業",
    "H": "運輸業，郵便業",
    "I": "卸売業，小売業",
    "J": "金融業，保険業",
    "K": "不動産業，物品賃貸業",
    "L": "学術研究，専門・技術サービス業",
    "M": "宿泊業，飲食サービス業",
    "N": "生活関連サービス業，娯楽業",
    "O": "教育，学習支援業",
    "P": "医療，福祉",
    "Q": "複合サービス事業",
    "R": "サービス業（他に分類されないもの）",
    "S": "公務（他に分類されるものを除く）",
    "T": "分類不能の産業",
}
"""Japan Standard Industrial Classification, 14th revision (in force from 2024-04)."""

ACCOUNT_TYPES = {"entry": "エントリー", "prime": "プライム", "member": "メンバー"}

ACTIVITY_KINDS = {
    "certification": "届出・認定",
    "commendation": "表彰",
    "subsidy": "補助金",
    "procurement": "調達",
    "patent": "特許・意匠・商標",
}
"""The kinds of 法人活動情報 that GビズインフォREST API v2 lists row by row."""

ACCOUNT_ROLES = {"prime": "プライム", "administrator": "管理者", "member": "メンバー"}

DELEGATION_KINDS = {"to_other": "他社プライムへの委任", "to_member": "メンバーへの委任"}
"""GビズID guideline, 2.7: to the プライム of another business, or to a メンバー of one's own."""

PLAN_FILINGS = {"new": "新規申請", "change": "変更申請"}

PLAN_STATES = {
    "received": "受付",
    "under_review": "審査中",
    "sent_back": "補正依頼",
    "certified": "認定",
    "rejected": "不認定",
    "withdrawn": "取下げ",
    "revoked": "取消",
}
"""States of a management improvement plan; 認定 is given by the ministers addressed."""

SUCCESSION_STATES = {
    "registered": "登録",
    "matching": "マッチング中",
    "meeting": "面談",
    "basic_agreement": "基本合意",
    "concluded": "成約",
    "discontinued": "中止",
}
"""How far a succession case has come: from its registration to 成約, or to 中止."""

CONSENT_STATES = {"given": "同意", "withdrawn": "撤回", "refused": "不同意"}

CERTIFICATION_STATES = {
    "valid": "有効",
    "expired": "失効",
    "withdrawn": "廃止",
    "revoked": "取消",
}
"""失効 (not renewed in time), 廃止 (given back) and 取消 (taken away) are apart."""
