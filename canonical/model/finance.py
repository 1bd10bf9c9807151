"""The financial statement: GIF 申請 (DS-451-1, 2025-03-25) C票, all its items in its order.

What the forms of the connected systems ask beyond C票 follows after it.
"""

from __future__ import annotations

from canonical.model.fields import Authority, Entity, Field, FieldType

_T = FieldType
_SETTLED = 730
"""Days. Forms ask for the last two years, so a year is no longer asked for two years later."""


def _jpy(name: str, ja: str, en: str, gif: str | None = None) -> Field:
    return Field(f"{name}_jpy", ja, en, _T.MONEY, gif, unit="JPY", fresh_for=_SETTLED)


def _c(name: str, ja: str, en: str) -> Field:
    return _jpy(name, ja, en, f"C票/{ja}")


_C_FORM = (
    Field("settled_on", "決算年月日", "Day of the closing of accounts", _T.DATE,
          "C票/決算年月日"),
    Field("period_start", "事業期間開始日", "Start of the fiscal year", _T.DATE,
          "C票/事業期間開始日"),
    Field("period_end", "事業期間終了日", "End of the fiscal year", _T.DATE,
          "C票/事業期間終了日"),
    Field("employees_at_end", "期末従業員数", "Regular employees at the end of the year",
          _T.INTEGER, "C票/期末従業員数", unit="persons", fresh_for=_SETTLED),
    _c("total_assets", "資産合計", "Total assets"),
    _c("current_assets", "流動資産合計", "Current assets"),
    _c("cash", "現金及び預金", "Cash and deposits"),
    _c("notes_receivable", "受取手形", "Notes receivable"),
    _c("accounts_receivable", "売掛金", "Accounts receivable"),
    _c("securities", "有価証券", "Securities"),
    _c("inventories", "棚卸資産", "Inventories"),
    _c("other_current_assets", "その他流動資産合計", "Other current assets"),
    _c("advances_paid", "前払金", "Advances paid"),
    _c("short_term_loans", "短期貸付金", "Short-term loans made"),
    _c("bad_debt_allowance", "貸倒引当金", "Allowance for bad debts"),
    _c("fixed_assets", "固定資産合計", "Fixed assets"),
    _c("tangible_assets", "有形固定資産合計", "Tangible fixed assets"),
    _c("land", "土地", "Land"),
    _c("intangible_assets", "無形固定資産合計", "Intangible fixed assets"),
    _c("other_fixed_assets", "その他固定資産合計", "Other fixed assets"),
    _c("total_loans", "貸付金合計", "Loans made"),
    _c("total_liabilities", "負債合計", "Total liabilities"),
    _c("current_liabilities", "流動負債合計", "Current liabilities"),
    _c("notes_payable", "支払手形", "Notes payable"),
    _c("accounts_payable", "買掛金", "Accounts payable"),
    _c("short_term_borrowings", "短期借入金", "Short-term borrowings"),
    _c("other_current_liabilities", "その他流動負債合計", "Other current liabilities"),
    _c("other_payables", "未払金", "Other accounts payable"),
    _c("advances_received", "前受金", "Advances received"),
    _c("deposits_received", "預り金", "Deposits received"),
    _c("fixed_liabilities", "固定負債合計", "Fixed liabilities"),
    _c("long_term_borrowings", "長期借入金", "Long-term borrowings"),
    _c("net_assets", "純資産合計", "Net assets"),
    _c("capital_reserve", "資本準備金", "Capital reserve"),
    _c("sales", "売上高", "Sales"),
    _c("cost_of_sales", "売上原価", "Cost of sales"),
    _c("cost_of_sales_depreciation", "売上原価内減価償却費", "Depreciation in cost of sales"),
    _c("labour_cost", "労務費", "Labour cost of production"),
    _c("gross_profit", "売上総利益", "Gross profit"),
    _c("sga", "販売費及び一般管理費", "Selling, general and administrative expenses"),
    _c("sga_depreciation", "販管費内減価償却費", "Depreciation in SG&A"),
    _c("personnel_cost", "人件費", "Personnel cost"),
    _c("operating_profit", "営業利益", "Operating profit"),
    _c("non_operating_income", "営業外収益", "Non-operating income"),
    _c("non_operating_cost", "営業外費用", "Non-operating cost"),
    _c("ordinary_profit", "経常利益", "Ordinary profit"),
    _c("extraordinary_profit", "特別利益", "Extraordinary profit"),
    _c("extraordinary_loss", "特別損失", "Extraordinary loss"),
    _c("profit_before_tax", "税引前当期純利益", "Profit before tax"),
    _c("net_profit", "当期純利益", "Net profit"),
)  # fmt: skip

_OF_FORMS = (
    Field("months", "事業年度の月数", "Length of the fiscal year", _T.INTEGER, unit="months"),
    Field("settled", "確定", "Settled (false: expected or planned)", _T.BOOLEAN),
    Field("tax_included", "税込", "Amounts include consumption tax", _T.BOOLEAN),
    _jpy("depreciation", "減価償却費", "Depreciation, whole"),
    _jpy("value_added", "付加価値額", "Value added"),
    _jpy("payroll_total", "給与支給総額", "Total payroll"),
    _jpy("interest_bearing_debt", "有利子負債", "Interest-bearing debt"),
    Field("minimum_wage_jpy", "事業場内最低賃金", "Lowest hourly wage at the workplace",
          _T.MONEY, unit="JPY per hour", fresh_for=365),
    Field("workers", "労働者数", "Workers", _T.INTEGER, unit="persons", fresh_for=_SETTLED),
    Field("hours_per_worker", "年間平均労働時間", "Average hours worked in the year",
          _T.INTEGER, unit="hours", fresh_for=_SETTLED),
    Field("labour_productivity_jpy", "労働生産性", "Labour productivity", _T.MONEY,
          unit="JPY per worker or hour", fresh_for=_SETTLED),
    Field("checked_by", "確認者", "Who checked the statement", max_length=200,
          authority=Authority.ATTESTED),
)  # fmt: skip

FINANCIAL_STATEMENT = Entity(
    "financial_statement",
    "財務情報",
    "Financial statement",
    "申請C票",
    (*_C_FORM, *_OF_FORMS),
    ("party",),
)

ENTITIES = (FINANCIAL_STATEMENT,)
