"""Financial and workplace figures of a corporation, as gBizINFO shows them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from mocks.gbizinfo import spelling
from mocks.gbizinfo.spelling import SALES, Fields, spoil
from mocks.world.business import Business, FinancialYear
from mocks.world.dirt import Flaw
from mocks.world.founding import year_end

FIGURES = (
    SALES,
    "operating_revenue1_summary_of_business_results",
    "operating_revenue2_summary_of_business_results",
    "gross_operating_revenue_summary_of_business_results",
    "ordinary_income_summary_of_business_results",
    "net_premiums_written_summary_of_business_results_ins",
    "ordinary_income_loss_summary_of_business_results",
    "net_income_loss_summary_of_business_results",
    "capital_stock_summary_of_business_results",
    "net_assets_summary_of_business_results",
    "total_assets_summary_of_business_results",
)


def finance(rng: Random, business: Business, on: date) -> tuple[Fields, list[Flaw]]:
    """財務情報: the year of the cover and up to four before it, the oldest first."""
    years = business.closed_years(on)[:5]
    end = years[0].end if years else year_end(on.year - 1, business.fiscal_year_end_month)
    start = year_end(end.year - 1, end.month) + timedelta(days=1)
    listed = [_year(business, place, year) for place, year in enumerate(years)][::-1]
    flaws: list[Flaw] = []
    if listed:
        flaws = spoil(rng, spelling.CURRENCY, listed[-1], _in_dollars)
    term = f"第{rng.randint(3, 80)}期"
    return {
        "accounting_standards": "Japan GAAP",
        "fiscal_year_cover_page": f"{term}（自　{_long(start)}　至　{_long(end)}）",
        "major_shareholders": [
            {
                "name_major_shareholders": holder.name,
                "shareholding_ratio": round(float(holder.share) / 100, 4),
            }
            for holder in business.shareholders
        ],
        "management_index": listed,
    }, flaws


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _year(business: Business, before: int, year: FinancialYear) -> Fields:
    known = {
        SALES: year.sales,
        "ordinary_income_loss_summary_of_business_results": year.ordinary_profit,
        "net_income_loss_summary_of_business_results": year.net_profit,
        "capital_stock_summary_of_business_results": business.capital_jpy,
        "net_assets_summary_of_business_results": year.sales // 3,
        "total_assets_summary_of_business_results": year.sales * 4 // 5,
    }
    fields: Fields = {"period": str(before)}
    for name in FIGURES:
        value = known.get(name)
        fields |= {name: value, f"{name}_unit_ref": None if value is None else "JPY"}
    return fields | {
        "number_of_employees": business.employees,
        "number_of_employees_unit_ref": "pure",
    }


def _in_dollars(fields: Fields) -> None:
    fields[f"{SALES}_unit_ref"] = "USD"


def workplace(rng: Random, business: Business) -> tuple[Fields, list[Flaw]]:
    """職場情報: groups that nobody stated are left out."""
    staff = max(1, business.employees)
    women: Fields = {
        "female_workers_proportion_type": rng.choice(("正社員", "その他")),
        "female_workers_proportion": round(rng.uniform(5, 80), 1),
        "female_share_of_manager": staff // 20,
        "gender_total_of_manager": staff // 8 + 1,
        "female_share_of_officers": 0,
        "gender_total_of_officers": max(1, len(business.officers)),
    }
    flaws = spoil(rng, spelling.PROPORTION, women, _more_than_all)
    found: Fields = {"women_activity_infos": women}
    if rng.random() < 0.5:
        found["base_infos"] = {
            "average_continuous_service_years_type": "正社員",
            "average_continuous_service_years": round(rng.uniform(2, 20), 1),
            "average_age": round(rng.uniform(28, 55), 1),
            "month_average_predetermined_overtime_hours": round(rng.uniform(0, 40), 1),
        }
    if rng.random() < 0.3:
        found["compatibility_of_childcare_and_work"] = {
            "number_of_paternity_leave": staff // 30,
            "paternity_leave_acquisition_num": staff // 60,
            "number_of_maternity_leave": staff // 30,
            "maternity_leave_acquisition_num": staff // 30,
        }
    return found, flaws


def _more_than_all(fields: Fields) -> None:
    fields["female_workers_proportion"] = 340.5
