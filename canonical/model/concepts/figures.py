"""Sheets C to F of DS-451-1: fiscal years, officers, shareholders, establishments.

`year` says which fiscal year: `closed` (settled; the last unless the form asks for more),
`planned` (expected), `year_to_date`. `tax` says whether consumption tax is in.
"""

from __future__ import annotations

from canonical.model.concepts.concept import Kind, Maker, Sheet

_c = Maker(Kind.FACT, Sheet.C)
_plan = Maker(Kind.STATEMENT, Sheet.B)
_d = Maker(Kind.FACT, Sheet.D)
_e = Maker(Kind.FACT, Sheet.E)
_f = Maker(Kind.FACT, Sheet.F)

CLOSED = (
    _c("sales", "売上高", "Sales",
       "確定した事業年度の税抜の売上高。", "financial_statement.sales_jpy", year="closed",
       tax="excluded",
       syn="直近決算売上高|売上高（2期）|年商|売上|総売上高|年間売上高|年間売上|売上収入|"
           "営業収益|純売上高"),
    _c("gross_profit", "粗利益", "Gross profit",
       "売上高から売上原価を引いた額。", "financial_statement.gross_profit_jpy", year="closed",
       syn="売上総利益|粗利|粗利額|売上総損益"),
    _c("operating_profit", "営業利益", "Operating profit",
       "確定した事業年度の営業利益。", "financial_statement.operating_profit_jpy", year="closed",
       syn="営業損益"),
    _c("ordinary_profit", "経常利益", "Ordinary profit",
       "確定した事業年度の経常利益。", "financial_statement.ordinary_profit_jpy", year="closed",
       syn="経常利益（2期）|経常損益"),
    _c("net_profit", "当期利益", "Net profit",
       "税引後の当期純利益。", "financial_statement.net_profit_jpy", year="closed",
       syn="当期利益（2期）|当期純利益|純利益|税引後当期純利益|税引後利益|最終利益"),
    _c("profit_before_tax", "税引前当期純利益", "Profit before tax",
       "法人税等を引く前の利益。", "financial_statement.profit_before_tax_jpy", year="closed",
       syn="税引前当期利益|税引前利益"),
    _c("personnel_cost", "人件費", "Personnel cost",
       "売上原価の労務費も含む、確定した事業年度の人件費。",
       "financial_statement.personnel_cost_jpy", year="closed",
       syn="総人件費|人件費総額"),
    _c("labour_cost", "労務費", "Labour cost of production",
       "売上原価のうちの労務費だけ。", "financial_statement.labour_cost_jpy", year="closed"),
    _c("depreciation", "減価償却費", "Depreciation",
       "売上原価と販管費を合わせた減価償却費。", "financial_statement.depreciation_jpy",
       year="closed",
       syn="減価償却費合計|償却費"),
    _c("sga_depreciation", "販管費内減価償却費", "Depreciation in SG&A",
       "販売費及び一般管理費のうちの減価償却費だけ。", "financial_statement.sga_depreciation_jpy",
       year="closed",
       syn="減価償却費（販管費）"),
    _c("value_added", "付加価値額", "Value added",
       "営業利益、人件費、減価償却費の合計。", "financial_statement.value_added_jpy",
       year="closed",
       syn="付加価値"),
    _c("payroll_total", "給与支給総額", "Total payroll",
       "従業員と役員に払った給与等。福利厚生費と退職金を除く。人件費より狭い。",
       "financial_statement.payroll_total_jpy", year="closed",
       syn="給与総額|給与支給額|給与等支給総額|給与支払総額|賃金総額"),
    _c("minimum_wage", "事業場内最低賃金", "Lowest hourly wage at the workplace",
       "事業場で最も低い時間給。地域別最低賃金ではない。", "financial_statement.minimum_wage_jpy",
       syn="事業所内最低賃金|事業場内の最低賃金|社内最低賃金"),
    _c("workers", "労働者数", "Workers",
       "労働生産性の計算に使う人数。常時使用する従業員とは限らない。",
       "financial_statement.workers", year="closed",
       syn="労働者の数|平均労働者数"),
    _c("employees_at_end", "期末従業員数", "Employees at the end of the year",
       "決算日における従業員数。", "financial_statement.employees_at_end", year="closed"),
    _c("hours_per_worker", "年間平均労働時間", "Average hours worked in the year",
       "一人当たりの年間就業時間。", "financial_statement.hours_per_worker", year="closed",
       syn="年間就業時間|1人当たり年間就業時間|1人当たり勤務時間（年平均）|平均労働時間|"
           "1人当たり年間労働時間|年間労働時間"),
    _c("labour_productivity_per_hour", "労働生産性（1時間当たり）", "Labour productivity per hour",
       "粗利益÷（労働者数×年間平均労働時間）。", "financial_statement.labour_productivity_jpy",
       year="closed", formula="gross_profit_per_hour",
       syn="労働生産性（直近）"),
    _c("labour_productivity_per_worker", "労働生産性（1人当たり）",
       "Labour productivity per worker",
       "（営業利益＋人件費＋減価償却費）÷労働者数。", "financial_statement.labour_productivity_jpy",
       year="closed", formula="value_added_per_worker",
       syn="労働生産性（現状）"),
    _c("net_assets", "純資産", "Net assets", "純資産の部の合計。",
       "financial_statement.net_assets_jpy", year="closed",
       syn="純資産合計|純資産額|純資産の部合計|純資産の額"),
    _c("total_assets", "総資産", "Total assets", "資産の部の合計。",
       "financial_statement.total_assets_jpy", year="closed",
       syn="資産合計|総資産額|資産の部合計"),
    _c("interest_bearing_debt", "有利子負債", "Interest-bearing debt",
       "借入金、社債等の利子を払う負債。", "financial_statement.interest_bearing_debt_jpy",
       year="closed",
       syn="借入金残高|有利子負債額|有利子負債残高|借入残高|借入金合計"),
    _c("total_liabilities", "負債合計", "Total liabilities",
       "負債の部の合計。有利子負債より広い。", "financial_statement.total_liabilities_jpy",
       year="closed",
       syn="負債の部合計|負債総額"),
    _c("capital_reserve", "資本準備金", "Capital reserve",
       "資本金とは別の準備金。", "financial_statement.capital_reserve_jpy", year="closed"),
)  # fmt: skip

OTHER_YEARS = (
    _c("sales_with_tax", "売上高（税込）", "Sales with consumption tax",
       "確定した事業年度の税込の売上高。", "financial_statement.sales_jpy", year="closed",
       tax="included",
       syn="税込売上高"),
    _c("sales_to_date", "当期売上高（累計）", "Sales of the running year",
       "まだ閉じていない事業年度の今日までの売上高。", "financial_statement.sales_jpy",
       year="year_to_date",
       syn="直近月までの売上高"),
    _plan("sales_planned", "売上高（計画）", "Planned sales",
          "計画終了時に見込む売上高。", "financial_statement.sales_jpy", year="planned",
          syn="売上高目標|計画売上高|売上計画"),
    _plan("operating_profit_planned", "営業利益（計画）", "Planned operating profit",
          "計画終了時に見込む営業利益。", "financial_statement.operating_profit_jpy",
          year="planned",
          syn="営業利益目標"),
    _plan("value_added_planned", "付加価値額（計画）", "Planned value added",
          "計画終了時に見込む付加価値額。", "financial_statement.value_added_jpy", year="planned"),
    _plan("payroll_planned", "給与支給総額（計画）", "Planned payroll",
          "計画終了時に見込む給与支給総額。", "financial_statement.payroll_total_jpy",
          year="planned"),
    _plan("labour_productivity_planned", "労働生産性（1-3年後）", "Planned labour productivity",
          "1年から3年後に見込む労働生産性（1時間当たり）。",
          "financial_statement.labour_productivity_jpy", year="planned",
          formula="gross_profit_per_hour"),
)  # fmt: skip

LISTS = (
    _d("officers", "役員一覧", "Officers", "役員の役職、氏名、生年月日。", "officer",
       syn="役員一覧（役職・氏名・生年月日）|役員名簿|役員情報|役員等名簿|役員等一覧|"
           "取締役一覧|役員構成"),
    _e("shareholders", "株主等一覧", "Shareholders", "株主又は出資者と出資比率。", "shareholder",
       syn="株主一覧|株主等一覧（氏名・所在地・出資比率）|出資者一覧|株主名簿|株主等の状況|"
           "出資者の状況|主要株主|株主・出資者一覧|出資者名簿"),
    _f("establishments", "事業所一覧", "Establishments",
       "工場、店舗等の名、所在地、業種。", "establishment",
       syn="営業所一覧|店舗一覧|拠点一覧"),
    _f("establishment_address", "事業所の所在地", "Address of an establishment",
       "工場、店舗等の所在地。本店とは限らない。", "establishment.address", place="establishment",
       syn="営業所所在地|店舗所在地|工場所在地|事業場の所在地|支店所在地|作業所の所在地"),
    _f("establishment_employees", "事業所の従業員数", "Employees of an establishment",
       "一つの事業所の人数。事業者全体ではない。", "establishment.employees",
       employees="establishment"),
)  # fmt: skip

CONCEPTS = (*CLOSED, *OTHER_YEARS, *LISTS)
