"""The financial statement: GIF 申請・届出 (DS-451-1) C票, in its order, and what forms add."""

from __future__ import annotations

from canonical.model.fields import Authority, Entity, Field, FieldType

_T = FieldType
_SETTLED = 730
"""A settled year stays true; forms ask for the last two, so two years on it is no longer theirs."""


def _jpy(name: str, ja: str, en: str) -> Field:
    return Field(f"{name}_jpy", ja, en, _T.MONEY, f"C票 {ja}", unit="JPY", fresh_for=_SETTLED)


FINANCIAL_STATEMENT = Entity(
    "financial_statement", "財務情報", "Financial statement", "申請C票",
    (
        Field("period_end", "決算年月日", "End of the fiscal year", _T.DATE, "C票 決算年月日"),
        Field("period_start", "期首", "Start of the fiscal year", _T.DATE, "C票 期首"),
        Field("months", "事業年度の月数", "Length of the fiscal year", _T.INTEGER,
              unit="months"),
        Field("settled", "確定・見込の別", "Settled (false: expected or planned)", _T.BOOLEAN),
        Field("tax_included", "税込", "Amounts include consumption tax", _T.BOOLEAN),
        Field("employees_at_end", "期末従業員数", "Employees at the end of the year",
              _T.INTEGER, "C票 期末従業員数", unit="persons", fresh_for=_SETTLED),
        _jpy("total_assets", "資産合計", "Total assets"),
        _jpy("current_assets", "流動資産", "Current assets"),
        _jpy("cash", "現金及び預金", "Cash and deposits"),
        _jpy("notes_receivable", "受取手形", "Notes receivable"),
        _jpy("accounts_receivable", "売掛金", "Accounts receivable"),
        _jpy("inventories", "棚卸資産", "Inventories"),
        _jpy("other_current_assets", "その他の流動資産", "Other current assets"),
        _jpy("fixed_assets", "固定資産", "Fixed assets"),
        _jpy("tangible_assets", "有形固定資産", "Tangible fixed assets"),
        _jpy("buildings", "建物", "Buildings"),
        _jpy("machinery", "機械装置", "Machinery"),
        _jpy("land", "土地", "Land"),
        _jpy("intangible_assets", "無形固定資産", "Intangible fixed assets"),
        _jpy("investments", "投資その他の資産", "Investments and other assets"),
        _jpy("deferred_assets", "繰延資産", "Deferred assets"),
        _jpy("total_liabilities", "負債合計", "Total liabilities"),
        _jpy("current_liabilities", "流動負債", "Current liabilities"),
        _jpy("notes_payable", "支払手形", "Notes payable"),
        _jpy("accounts_payable", "買掛金", "Accounts payable"),
        _jpy("short_term_borrowings", "短期借入金", "Short-term borrowings"),
        _jpy("fixed_liabilities", "固定負債", "Fixed liabilities"),
        _jpy("long_term_borrowings", "長期借入金", "Long-term borrowings"),
        _jpy("interest_bearing_debt", "有利子負債", "Interest-bearing debt"),
        _jpy("net_assets", "純資産合計", "Net assets"),
        _jpy("capital", "資本金", "Capital at the end of the year"),
        _jpy("retained_earnings", "利益剰余金", "Retained earnings"),
        _jpy("sales", "売上高", "Sales"),
        _jpy("cost_of_sales", "売上原価", "Cost of sales"),
        _jpy("material_cost", "材料費", "Material cost"),
        _jpy("labour_cost", "労務費", "Labour cost (in the cost of sales)"),
        _jpy("outsourcing_cost", "外注費", "Outsourcing cost"),
        _jpy("gross_profit", "売上総利益", "Gross profit"),
        _jpy("sga", "販売費及び一般管理費", "Selling, general and administrative expenses"),
        _jpy("officer_pay", "役員報酬", "Officers' pay"),
        _jpy("salaries", "給料手当", "Salaries and allowances"),
        _jpy("depreciation", "減価償却費", "Depreciation"),
        _jpy("personnel_cost", "人件費", "Personnel cost"),
        _jpy("research_cost", "研究開発費", "Research and development cost"),
        _jpy("operating_profit", "営業利益", "Operating profit"),
        _jpy("non_operating_income", "営業外収益", "Non-operating income"),
        _jpy("non_operating_cost", "営業外費用", "Non-operating cost"),
        _jpy("interest_paid", "支払利息", "Interest paid"),
        _jpy("ordinary_profit", "経常利益", "Ordinary profit"),
        _jpy("extraordinary_profit", "特別利益", "Extraordinary profit"),
        _jpy("extraordinary_loss", "特別損失", "Extraordinary loss"),
        _jpy("profit_before_tax", "税引前当期純利益", "Profit before tax"),
        _jpy("income_tax", "法人税等", "Income taxes"),
        _jpy("net_profit", "当期純利益", "Net profit"),
        _jpy("value_added", "付加価値額", "Value added"),
        _jpy("payroll_total", "給与支給総額", "Total payroll"),
        Field("minimum_wage_jpy", "事業場内最低賃金", "Lowest hourly wage at the workplace",
              _T.MONEY, unit="JPY per hour", fresh_for=365),
        Field("workers", "労働者数", "Workers", _T.INTEGER, unit="persons",
              fresh_for=_SETTLED),
        Field("hours_per_worker", "年間平均労働時間", "Average hours worked in the year",
              _T.INTEGER, unit="hours", fresh_for=_SETTLED),
        Field("labour_productivity_jpy", "労働生産性", "Labour productivity", _T.MONEY,
              unit="JPY per worker or hour", fresh_for=_SETTLED),
        Field("audited_by", "確認者", "Who checked the statement", max_length=200,
              authority=Authority.ATTESTED),
    ),
    ("party",),
)  # fmt: skip

ENTITIES = (FINANCIAL_STATEMENT,)
