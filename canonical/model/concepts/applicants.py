"""Sheet A of DS-451-1: who applies, where it is, who speaks for it, how it is reached."""

from __future__ import annotations

from canonical.model.concepts.concept import Kind, Maker, Sheet
from canonical.model.fields import Classification

_a = Maker(Kind.FACT, Sheet.A)
_said = Maker(Kind.STATEMENT, Sheet.A)
_PERSONAL = Classification.PERSONAL
_OPEN = Classification.PUBLIC

IDENTITY = (
    _a("corporate_number", "法人番号", "Corporate number",
       "国税庁が指定する13桁の番号。法人のみ。", "party.corporate_number",
       syn="13桁の法人番号|申請者の法人番号"),
    _a("sole_proprietor_number", "個人事業主管理番号", "Sole proprietor's GビズID number",
       "GビズIDが個人事業主に付す13桁の番号。法人番号ではない。", "party.sole_proprietor_number"),
    _a("registry_number", "会社法人等番号", "Registry number of a company",
       "登記所が付す12桁の番号。法人番号とは別。", "party_identifier.value",
       identifier="会社法人等番号"),
    _a("invoice_number", "適格請求書発行事業者登録番号", "Invoice registration number",
       "Tに続く13桁。個人事業者では法人番号と異なる。", "party_identifier.value",
       identifier="適格請求書発行事業者登録番号",
       syn="インボイス登録番号|登録番号（T+13桁）|インボイス番号|適格請求書発行事業者の登録番号"),
    _a("party_kind", "法人・個人の別", "Corporation or individual",
       "申請者が法人か個人事業主か。", "party.kind",
       syn="法人/個人区分|申請者区分|事業形態|法人個人区分|法人・個人区分|法人・個人事業主の別|"
           "事業者区分|事業者種別|申請者種別|個人・法人の別"),
    _a("party_name", "商号又は名称", "Name",
       "登記上の商号又は名称。個人事業主は氏名。屋号ではない。", "party.name",
       syn="名称|事業者名|企業名|企業名・屋号|会社名|申請者名|事業者の氏名又は名称|"
           "企業名（非公開）|法人名|商号|社名|商号・名称|会社名称|事業者名称|法人名称|組織名|"
           "団体名|氏名又は名称|名称又は氏名|申請者の名称|申請事業者名"),
    _a("party_name_kana", "商号又は名称のフリガナ", "Name in kana",
       "商号又は名称の読み。", "party.name_kana",
       syn="フリガナ|事業者名フリガナ|企業名フリガナ|法人名カナ|会社名（カナ）|商号フリガナ|"
           "名称フリガナ|会社名フリガナ|法人名フリガナ|名称カナ|企業名カナ|商号（カナ）"),
    _a("party_name_en", "英語表記", "Name in English", "商号又は名称の英語表記。", "party.name_en",
       syn="英文名称|英語名|英文商号|英文社名|商号（英語）"),
    _a("trade_name", "屋号", "Trade name",
       "個人事業主等が商売に使う名。商号や氏名ではない。", "trade_name.name",
       syn="店名|屋号・雅号"),
    _a("gbiz_account", "GビズIDアカウント", "GビズID account",
       "申請に使うGビズIDのアカウント。", "project.applicant_account",
       syn="gBizIDアカウント|GビズID|gBizIDプライム|GビズIDプライムアカウント"),
    _a("security_action_id", "SECURITY ACTION宣言ID", "SECURITY ACTION id",
       "IPAが付す自己宣言の番号。宣言そのものではない。", "party.security_action_id",
       syn="SECURITY ACTION 自己宣言ID|宣言ID"),
)  # fmt: skip

PLACES = (
    _a("registered_address", "本店所在地", "Registered address",
       "登記上の本店。個人事業主は住民票ではなく納税地の住所。事業を行う場所とは限らない。",
       "party.address", place="registered",
       syn="住所|所在地|登記住所|登記上の所在地|本社所在地|会社所在地|本店住所|本社住所|"
           "登記上の本店所在地|本店又は主たる事務所の所在地|法人の所在地|事業者住所|会社住所"),
    _a("registered_postal_code", "本店の郵便番号", "Postal code of the registered address",
       "本店所在地の郵便番号。", "party.address_postal_code", place="registered",
       syn="郵便番号|〒|本店郵便番号|本社郵便番号"),
    _a("registered_prefecture", "本店の都道府県", "Prefecture of the registered address",
       "本店所在地の都道府県。", "party.address_prefecture", place="registered",
       part_of="registered_address",
       syn="都道府県|都道府県名"),
    _a("registered_city", "本店の市区町村", "Municipality of the registered address",
       "本店所在地の市区町村。", "party.address_city", place="registered",
       part_of="registered_address",
       syn="市区町村|市区町村名"),
    _a("registered_street", "本店の番地・建物", "Street and building of the registered address",
       "本店所在地の町字以下と建物名。", "party.address", place="registered", part="町字以下",
       part_of="registered_address",
       syn="番地・建物|番地|町名・番地|丁目・番地|建物名|町名・番地以降|番地以下|丁目・番地等|"
           "町域・番地|住所（番地）|建物名等"),
    _a("registered_region", "本店の都道府県・市区町村", "Region of the registered address",
       "本店所在地のうち市区町村までを一つの欄で問うもの。", "party.address", place="registered",
       part="市区町村まで", part_of="registered_address",
       syn="所在地（都道府県/市区町村）|地域"),
    _a("principal_office_address", "主たる事務所の所在地", "Address of the principal office",
       "実際に経営の中心となる事務所。登記上の本店と異なることがある。", "establishment.address",
       place="principal_office",
       syn="主たる事務所|主たる営業所|本社事務所の所在地|主たる事業所の所在地"),
    _a("mailing_address", "書類の送付先", "Address for letters",
       "通知や書類を受け取る場所。", place="mailing", sensitivity=_PERSONAL,
       syn="送付先住所|郵送先|連絡先住所|書類送付先住所|通知先住所|郵便物の送付先"),
    _a("home_address", "代表者の住所", "Home address of the representative",
       "代表者個人の住所。事業所ではない。", "person.address", place="home",
       syn="代表者自宅住所|自宅住所|代表者住所|代表者の自宅住所"),
)  # fmt: skip

PEOPLE = (
    _a("representative_title", "代表者役職", "Representative's title",
       "登記上の代表者の役職。", "party.representative_title", whose="representative",
       syn="代表者の役職|代表者職名|代表者肩書|代表者役職名|代表者の職名|代表者の肩書"),
    _a("representative_name", "代表者氏名", "Representative's name",
       "登記上の代表者の氏名。担当者や相談者ではない。", "party.representative_name",
       whose="representative",
       syn="代表者名|代表者の氏名|代表者|代表取締役氏名|代表取締役名|法人代表者名|代表者の名前|"
           "代表取締役の氏名"),
    _a("representative_kana", "代表者フリガナ", "Representative's name in kana",
       "代表者の氏名の読み。", "party.representative_kana", whose="representative",
       syn="代表者氏名フリガナ|代表者氏名（カナ）|代表者名フリガナ|代表者氏名カナ|代表者カナ|"
           "代表者名カナ"),
    _a("representative_birth_on", "代表者生年月日", "Representative's date of birth",
       "代表者の生年月日。", "party.representative_birth_on", whose="representative",
       syn="代表者の生年月日|代表者の誕生日"),
    _a("representative_age", "代表者年齢", "Representative's age",
       "回答した日における代表者の年齢。生年月日から導ける。", "party.representative_age",
       whose="representative",
       syn="代表者の年齢|経営者年齢"),
    _a("contact_name", "担当者氏名", "Contact's name",
       "申請の連絡に応じる、申請者の社員の氏名。", "contact.name", whose="contact",
       syn="担当者|連絡担当者|担当者名|連絡先担当者氏名|ご担当者名|申請担当者名|事務担当者氏名|"
           "連絡担当者氏名|ご担当者様氏名|担当者の氏名"),
    _a("contact_kana", "担当者フリガナ", "Contact's name in kana",
       "担当者の氏名の読み。", "contact.kana", whose="contact",
       syn="担当者氏名フリガナ|担当者（カナ）|担当者カナ|担当者名フリガナ"),
    _a("contact_department", "担当者所属・役職", "Contact's department and title",
       "担当者の部署と役職。", "contact.department", whose="contact",
       syn="担当者部署|担当者役職|所属部署|担当者所属|担当者の所属部署|担当部署|担当者の役職|"
           "担当部署名"),
    _a("contact_phone", "担当者電話番号", "Contact's telephone",
       "担当者に通じる固定電話等。会社の代表番号ではない。", "contact.phone", whose="contact",
       syn="担当者電話|担当者連絡先電話番号|連絡先電話番号|担当者TEL|担当者の電話番号|"
           "連絡先TEL|事務担当者電話番号"),
    _a("contact_mobile", "担当者携帯番号", "Contact's mobile telephone",
       "担当者の携帯電話。SMSでの本人確認に使われる。", "contact.mobile", whose="contact",
       syn="担当者携帯|担当者携帯番号（SMS）|携帯電話番号|担当者携帯電話番号|担当者の携帯電話"),
    _a("contact_email", "担当者メールアドレス", "Contact's e-mail",
       "担当者に届くメールアドレス。", "contact.email", whose="contact",
       syn="担当者メール|担当者E-mail|連絡先メールアドレス|担当者のメールアドレス|"
           "連絡担当者メールアドレス|事務担当者メールアドレス"),
    _a("client_name", "相談者氏名", "Client's name",
       "相談に来た人の氏名。代表者とも申請の担当者とも限らない。", "consultation.client_name",
       whose="client",
       syn="相談者|来訪者氏名"),
    _a("client_kana", "相談者フリガナ", "Client's name in kana",
       "相談者の氏名の読み。", "consultation.client_kana", whose="client"),
    _a("client_title", "相談者役職", "Client's title",
       "相談者の役職。", "consultation.client_title", whose="client"),
    _a("client_mobile", "相談者の携帯", "Client's mobile telephone",
       "相談者本人の携帯電話。", "contact.mobile", whose="client",
       syn="携帯"),
    _a("client_email", "相談者のメール", "Client's e-mail",
       "相談者本人のメールアドレス。", "contact.email", whose="client",
       syn="メール"),
)  # fmt: skip

PROFILE = (
    _a("phone", "代表電話番号", "Telephone",
       "事業者の代表の電話番号。担当者の番号ではない。", "party.phone",
       syn="電話番号|会社電話番号|TEL|会社電話|本社電話番号|事業者電話番号|代表TEL"),
    _a("fax", "FAX番号", "Fax", "事業者のファクシミリ番号。", sensitivity=_OPEN,
       syn="FAX|ファックス番号"),
    _a("company_email", "代表メールアドレス", "E-mail of the business",
       "事業者の代表のメールアドレス。担当者のものではない。", "party.email",
       syn="会社メールアドレス|事業者メールアドレス|代表E-mail|会社メール"),
    _a("url", "URL", "Web site", "事業者のウェブサイト。", "party.url",
       syn="ホームページ|WebサイトURL|HPアドレス|会社URL|自社サイト|企業ホームページ|"
           "公式サイト|ホームページURL|ウェブサイト"),
    _a("established_on", "設立年月日", "Date of establishment",
       "法人は登記上の設立の日、個人事業主は開業の日。", "party.established_on",
       syn="創業・設立日|創業・設立年月|設立年月|設立日|会社設立年月日|法人設立年月日|"
           "設立登記年月日|会社設立日|法人設立日|設立年"),
    _a("founded_on", "創業年月日", "Date the business began",
       "法人成りの前も含めて事業を始めた日。設立より前であることがある。", "party.founded_on",
       syn="創業年月|創業日|創業年|事業開始年月日|開業年月日|開業日|事業開始日|創業時期"),
    _a("capital", "資本金", "Capital",
       "資本金又は出資の額。様式の単位にかかわらず円で持つ。資本準備金を含まない。",
       "party.capital_jpy",
       syn="資本金又は出資の額|資本金（万円）|資本金の額|出資金|資本金額|資本金又は出資金|"
           "資本金・出資金|出資の額|資本の額|資本金の額又は出資の総額"),
    _a("employees_regular", "常時使用する従業員の数", "Regular employees",
       "労働基準法第20条の予告を要する者。役員と日雇い等を除く。", "party.employees_regular",
       employees="regular",
       syn="従業員数|常時使用する従業員数|常勤従業員数|常時雇用する従業員数|常時雇用者数|"
           "常用従業員数|常時使用従業員数|常時使用する労働者の数|常時使用する従業員"),
    _a("employees_permanent", "正社員数", "Permanent employees",
       "期間の定めのない正規雇用の人数。常時使用する従業員より狭い。", "party.employees_permanent",
       employees="permanent",
       syn="正規雇用従業員数|正規従業員数|正社員|正社員の人数|正職員数|無期雇用者数"),
    _a("employees_part_time", "契約社員・パート数", "Contract and part-time employees",
       "契約社員、パート、アルバイトの人数。", "party.employees_part_time", employees="part_time",
       syn="非正規従業員数|パート・アルバイト数|パート数|臨時従業員数|短時間労働者数|"
           "パートタイマー数|アルバイト数|有期雇用者数"),
    _a("employees_with_officers", "役員を含む従業員数", "Employees with officers",
       "役員も数える人数。", "party.employees_with_officers", employees="with_officers",
       syn="役員・従業員数|従業員数（役員を含む）|社員数（役員を含む）"),
    _a("employees_dispatched", "派遣社員数", "Dispatched workers",
       "派遣元から受け入れている人数。自社の従業員ではない。", employees="dispatched",
       syn="派遣労働者数|派遣社員"),
    _a("employees_insured", "雇用保険被保険者数", "Insured persons",
       "雇用保険の被保険者の人数。", "establishment.insured_number", employees="insured",
       syn="被保険者数"),
    _a("employees_small_business", "小規模事業者の従業員数",
       "Employees under the small-business rule",
       "持続化補助金の数え方。同居の親族と短時間のパートを除く。", employees="small_business",
       syn="常時使用する従業員数（小規模事業者）"),
    _a("main_industry", "主たる業種", "Main industry",
       "売上の最も大きい事業の日本標準産業分類。様式により符号か名で書く。",
       "party.industry_jsic", industry="jsic",
       syn="業種|業種（大分類/中分類/コード）|日本標準産業分類|業種コード|主たる事業の業種|"
           "主な業種|主要業種|主たる事業|産業分類|業種分類|業種名|日本標準産業分類コード|"
           "主たる事業の種類"),
    _a("industry_law_class", "業種区分", "Industry by the SME Basic Act",
       "製造業その他・卸売業・サービス業・小売業の四区分。日本標準産業分類ではない。",
       industry="law_class", sensitivity=_OPEN,
       syn="業種（4区分）|中小企業基本法の業種区分"),
    _a("fiscal_year_end_month", "決算月", "Month in which the fiscal year ends",
       "事業年度の終わる月。", "party.fiscal_year_end_month",
       syn="決算期|事業年度終了月|決算時期|会計年度末|期末月|事業年度の末月"),
    _said("business_summary", "事業内容", "What the business does",
          "事業者が何をしているか。特定の計画のためのものではない。", "party.business_summary",
          syn="業務内容|事業概要|主な事業内容|事業の内容|主要事業|主な事業|会社概要|企業概要|"
              "営業内容|事業の概要|営業種目"),
    _said("management_issue", "経営課題", "Management issue",
          "事業者の経営上の課題。特定の計画のためのものではない。", "party.management_issue",
          syn="経営上の課題|お困りごと|経営上の問題点|経営の課題|現在の課題|経営面の悩み"),
    _a("has_successor", "後継者の有無", "Has a successor",
       "経営を継ぐ者が決まっているか。", "party.has_successor",
       syn="後継者|後継者有無|後継者の状況|事業後継者の有無"),
    _a("past_grants", "過去の補助金実績", "Past grants",
       "これまでに受けた補助金の名、年度、額。", "past_grant",
       syn="過去の交付履歴|補助金交付実績|過去の補助金等の交付|補助金受給歴|補助金等の交付実績|"
           "補助金交付履歴|過去に受けた補助金|補助金活用実績|補助金の採択実績|過去の採択実績|"
           "補助金の受給実績|過去の補助金交付実績"),
    _a("registry_certificate", "履歴事項全部証明書", "Registry certificate",
       "発行後3か月以内の登記の証明書。", "attachment", document="履歴事項全部証明書",
       syn="登記事項証明書|登記簿謄本|商業登記簿謄本|商業登記簿|登記簿|法人登記簿謄本"),
    _a("tax_certificate", "納税証明書", "Tax payment certificate",
       "税務署の納税証明書（その1又はその2）。", "attachment", document="納税証明書",
       syn="納税証明書（その2）|納税証明"),
    _a("financial_documents", "決算書", "Financial documents",
       "貸借対照表と損益計算書の写し。", "attachment", document="決算書",
       syn="決算書類|貸借対照表・損益計算書|財務諸表|決算報告書|直近の決算書|計算書類"),
)  # fmt: skip

CONCEPTS = (*IDENTITY, *PLACES, *PEOPLE, *PROFILE)
