"""The hub's own tables, and the claims that the subsidy system fills."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claim_attachment",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_attachment")
        ),
    )
    op.create_table(
        "claim_contact",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kana", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_contact")
        ),
    )
    op.create_table(
        "claim_establishment",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("address_postal_code", sa.Text(), nullable=True),
        sa.Column("address_prefecture_code", sa.Text(), nullable=True),
        sa.Column("address_municipality_code", sa.Text(), nullable=True),
        sa.Column("address_prefecture", sa.Text(), nullable=True),
        sa.Column("address_city", sa.Text(), nullable=True),
        sa.Column("address_town", sa.Text(), nullable=True),
        sa.Column("address_block", sa.Text(), nullable=True),
        sa.Column("address_building", sa.Text(), nullable=True),
        sa.Column("address_full", sa.Text(), nullable=True),
        sa.Column("address_as_received", sa.Text(), nullable=True),
        sa.Column("industry_jsic", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("employees", sa.BigInteger(), nullable=True),
        sa.Column("insured_number", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_establishment")
        ),
    )
    op.create_table(
        "claim_expense_line",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("amount_jpy", sa.BigInteger(), nullable=True),
        sa.Column("amount_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("eligible_jpy", sa.BigInteger(), nullable=True),
        sa.Column("eligible_jpy_unit", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_expense_line")
        ),
    )
    op.create_table(
        "claim_financial_statement",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_on_precision", sa.Text(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_start_precision", sa.Text(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("period_end_precision", sa.Text(), nullable=True),
        sa.Column("employees_at_end", sa.BigInteger(), nullable=True),
        sa.Column("total_assets_jpy", sa.BigInteger(), nullable=True),
        sa.Column("total_assets_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("current_assets_jpy", sa.BigInteger(), nullable=True),
        sa.Column("current_assets_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("cash_jpy", sa.BigInteger(), nullable=True),
        sa.Column("cash_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("notes_receivable_jpy", sa.BigInteger(), nullable=True),
        sa.Column("notes_receivable_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("accounts_receivable_jpy", sa.BigInteger(), nullable=True),
        sa.Column("accounts_receivable_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("securities_jpy", sa.BigInteger(), nullable=True),
        sa.Column("securities_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("inventories_jpy", sa.BigInteger(), nullable=True),
        sa.Column("inventories_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("other_current_assets_jpy", sa.BigInteger(), nullable=True),
        sa.Column("other_current_assets_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("advances_paid_jpy", sa.BigInteger(), nullable=True),
        sa.Column("advances_paid_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("short_term_loans_jpy", sa.BigInteger(), nullable=True),
        sa.Column("short_term_loans_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("bad_debt_allowance_jpy", sa.BigInteger(), nullable=True),
        sa.Column("bad_debt_allowance_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("fixed_assets_jpy", sa.BigInteger(), nullable=True),
        sa.Column("fixed_assets_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("tangible_assets_jpy", sa.BigInteger(), nullable=True),
        sa.Column("tangible_assets_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("land_jpy", sa.BigInteger(), nullable=True),
        sa.Column("land_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("intangible_assets_jpy", sa.BigInteger(), nullable=True),
        sa.Column("intangible_assets_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("other_fixed_assets_jpy", sa.BigInteger(), nullable=True),
        sa.Column("other_fixed_assets_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("total_loans_jpy", sa.BigInteger(), nullable=True),
        sa.Column("total_loans_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("total_liabilities_jpy", sa.BigInteger(), nullable=True),
        sa.Column("total_liabilities_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("current_liabilities_jpy", sa.BigInteger(), nullable=True),
        sa.Column("current_liabilities_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("notes_payable_jpy", sa.BigInteger(), nullable=True),
        sa.Column("notes_payable_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("accounts_payable_jpy", sa.BigInteger(), nullable=True),
        sa.Column("accounts_payable_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("short_term_borrowings_jpy", sa.BigInteger(), nullable=True),
        sa.Column("short_term_borrowings_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("other_current_liabilities_jpy", sa.BigInteger(), nullable=True),
        sa.Column("other_current_liabilities_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("other_payables_jpy", sa.BigInteger(), nullable=True),
        sa.Column("other_payables_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("advances_received_jpy", sa.BigInteger(), nullable=True),
        sa.Column("advances_received_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("deposits_received_jpy", sa.BigInteger(), nullable=True),
        sa.Column("deposits_received_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("fixed_liabilities_jpy", sa.BigInteger(), nullable=True),
        sa.Column("fixed_liabilities_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("long_term_borrowings_jpy", sa.BigInteger(), nullable=True),
        sa.Column("long_term_borrowings_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("net_assets_jpy", sa.BigInteger(), nullable=True),
        sa.Column("net_assets_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("capital_reserve_jpy", sa.BigInteger(), nullable=True),
        sa.Column("capital_reserve_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("sales_jpy", sa.BigInteger(), nullable=True),
        sa.Column("sales_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("cost_of_sales_jpy", sa.BigInteger(), nullable=True),
        sa.Column("cost_of_sales_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("cost_of_sales_depreciation_jpy", sa.BigInteger(), nullable=True),
        sa.Column("cost_of_sales_depreciation_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("labour_cost_jpy", sa.BigInteger(), nullable=True),
        sa.Column("labour_cost_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("gross_profit_jpy", sa.BigInteger(), nullable=True),
        sa.Column("gross_profit_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("sga_jpy", sa.BigInteger(), nullable=True),
        sa.Column("sga_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("sga_depreciation_jpy", sa.BigInteger(), nullable=True),
        sa.Column("sga_depreciation_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("personnel_cost_jpy", sa.BigInteger(), nullable=True),
        sa.Column("personnel_cost_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("operating_profit_jpy", sa.BigInteger(), nullable=True),
        sa.Column("operating_profit_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("non_operating_income_jpy", sa.BigInteger(), nullable=True),
        sa.Column("non_operating_income_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("non_operating_cost_jpy", sa.BigInteger(), nullable=True),
        sa.Column("non_operating_cost_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("ordinary_profit_jpy", sa.BigInteger(), nullable=True),
        sa.Column("ordinary_profit_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("extraordinary_profit_jpy", sa.BigInteger(), nullable=True),
        sa.Column("extraordinary_profit_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("extraordinary_loss_jpy", sa.BigInteger(), nullable=True),
        sa.Column("extraordinary_loss_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("profit_before_tax_jpy", sa.BigInteger(), nullable=True),
        sa.Column("profit_before_tax_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("net_profit_jpy", sa.BigInteger(), nullable=True),
        sa.Column("net_profit_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("months", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=True),
        sa.Column("tax_included", sa.Boolean(), nullable=True),
        sa.Column("depreciation_jpy", sa.BigInteger(), nullable=True),
        sa.Column("depreciation_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("value_added_jpy", sa.BigInteger(), nullable=True),
        sa.Column("value_added_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("payroll_total_jpy", sa.BigInteger(), nullable=True),
        sa.Column("payroll_total_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("interest_bearing_debt_jpy", sa.BigInteger(), nullable=True),
        sa.Column("interest_bearing_debt_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("minimum_wage_jpy", sa.BigInteger(), nullable=True),
        sa.Column("minimum_wage_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("workers", sa.BigInteger(), nullable=True),
        sa.Column("hours_per_worker", sa.BigInteger(), nullable=True),
        sa.Column("labour_productivity_jpy", sa.BigInteger(), nullable=True),
        sa.Column("labour_productivity_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("checked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_financial_statement")
        ),
    )
    op.create_table(
        "claim_funding_line",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("amount_jpy", sa.BigInteger(), nullable=True),
        sa.Column("amount_jpy_unit", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_funding_line")
        ),
    )
    op.create_table(
        "claim_notice",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("procedure_key", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_notice")
        ),
    )
    op.create_table(
        "claim_officer",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kana", sa.Text(), nullable=True),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("birth_on_precision", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("concurrent_post", sa.Text(), nullable=True),
        sa.Column("in_office_from", sa.Date(), nullable=True),
        sa.Column("in_office_from_precision", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_officer")
        ),
    )
    op.create_table(
        "claim_party",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("corporate_number", sa.Text(), nullable=True),
        sa.Column("sole_proprietor_number", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("name_core", sa.Text(), nullable=True),
        sa.Column("legal_form", sa.Text(), nullable=True),
        sa.Column("legal_form_position", sa.Text(), nullable=True),
        sa.Column("name_reduced", sa.Text(), nullable=True),
        sa.Column("name_kana", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("address_postal_code", sa.Text(), nullable=True),
        sa.Column("address_prefecture_code", sa.Text(), nullable=True),
        sa.Column("address_municipality_code", sa.Text(), nullable=True),
        sa.Column("address_prefecture", sa.Text(), nullable=True),
        sa.Column("address_city", sa.Text(), nullable=True),
        sa.Column("address_town", sa.Text(), nullable=True),
        sa.Column("address_block", sa.Text(), nullable=True),
        sa.Column("address_building", sa.Text(), nullable=True),
        sa.Column("address_full", sa.Text(), nullable=True),
        sa.Column("address_as_received", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("capital_jpy", sa.BigInteger(), nullable=True),
        sa.Column("capital_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("employees_regular", sa.BigInteger(), nullable=True),
        sa.Column("employees_permanent", sa.BigInteger(), nullable=True),
        sa.Column("employees_part_time", sa.BigInteger(), nullable=True),
        sa.Column("employees_with_officers", sa.BigInteger(), nullable=True),
        sa.Column("established_on", sa.Date(), nullable=True),
        sa.Column("established_on_precision", sa.Text(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("founded_on_precision", sa.Text(), nullable=True),
        sa.Column("industry_jsic", sa.Text(), nullable=True),
        sa.Column("industry_text", sa.Text(), nullable=True),
        sa.Column("business_summary", sa.Text(), nullable=True),
        sa.Column("management_issue", sa.Text(), nullable=True),
        sa.Column("fiscal_year_end_month", sa.BigInteger(), nullable=True),
        sa.Column("representative_title", sa.Text(), nullable=True),
        sa.Column("representative_name", sa.Text(), nullable=True),
        sa.Column("representative_kana", sa.Text(), nullable=True),
        sa.Column("representative_birth_on", sa.Date(), nullable=True),
        sa.Column("representative_birth_on_precision", sa.Text(), nullable=True),
        sa.Column("representative_age", sa.BigInteger(), nullable=True),
        sa.Column("deemed_large_company", sa.Boolean(), nullable=True),
        sa.Column("taxable_income_over_1_5bn", sa.Boolean(), nullable=True),
        sa.Column("activity_status", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_on_precision", sa.Text(), nullable=True),
        sa.Column("security_action_id", sa.Text(), nullable=True),
        sa.Column("has_successor", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_party")
        ),
    )
    op.create_table(
        "claim_past_grant",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("program_name", sa.Text(), nullable=True),
        sa.Column("fiscal_year", sa.BigInteger(), nullable=True),
        sa.Column("amount_jpy", sa.BigInteger(), nullable=True),
        sa.Column("amount_jpy_unit", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_past_grant")
        ),
    )
    op.create_table(
        "claim_procedure",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("procedure_key", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("form_version", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_on_precision", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_procedure")
        ),
    )
    op.create_table(
        "claim_procedure_event",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("procedure_key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_procedure_event")
        ),
    )
    op.create_table(
        "claim_program",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("program_key", sa.Text(), nullable=True),
        sa.Column("program_number", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_normalized", sa.Text(), nullable=True),
        sa.Column("catch_phrase", sa.Text(), nullable=True),
        sa.Column("detail_html", sa.Text(), nullable=True),
        sa.Column("use_purposes", sa.Text(), nullable=True),
        sa.Column("industries", sa.Text(), nullable=True),
        sa.Column("target_areas", sa.Text(), nullable=True),
        sa.Column("target_area_detail", sa.Text(), nullable=True),
        sa.Column("target_employees", sa.Text(), nullable=True),
        sa.Column("rate_text", sa.Text(), nullable=True),
        sa.Column("rate_max_percent", sa.Text(), nullable=True),
        sa.Column("limit_jpy", sa.BigInteger(), nullable=True),
        sa.Column("limit_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("acceptance_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acceptance_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("project_end_on", sa.Date(), nullable=True),
        sa.Column("project_end_on_precision", sa.Text(), nullable=True),
        sa.Column("reception", sa.Boolean(), nullable=True),
        sa.Column("multiple_requests", sa.Boolean(), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("institution_name", sa.Text(), nullable=True),
        sa.Column("grant_type", sa.Text(), nullable=True),
        sa.Column("source_credit", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_program")
        ),
    )
    op.create_table(
        "claim_program_round",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("round_key", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("target_area", sa.Text(), nullable=True),
        sa.Column("target_area_detail", sa.Text(), nullable=True),
        sa.Column("acceptance_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acceptance_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("project_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_program_round")
        ),
    )
    op.create_table(
        "claim_program_topic",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_program_topic")
        ),
    )
    op.create_table(
        "claim_project",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("project_number", sa.Text(), nullable=True),
        sa.Column("program_key", sa.Text(), nullable=True),
        sa.Column("program_number", sa.Text(), nullable=True),
        sa.Column("program_name", sa.Text(), nullable=True),
        sa.Column("frame", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("site_postal_code", sa.Text(), nullable=True),
        sa.Column("site_prefecture_code", sa.Text(), nullable=True),
        sa.Column("site_municipality_code", sa.Text(), nullable=True),
        sa.Column("site_prefecture", sa.Text(), nullable=True),
        sa.Column("site_city", sa.Text(), nullable=True),
        sa.Column("site_town", sa.Text(), nullable=True),
        sa.Column("site_block", sa.Text(), nullable=True),
        sa.Column("site_building", sa.Text(), nullable=True),
        sa.Column("site_full", sa.Text(), nullable=True),
        sa.Column("site_as_received", sa.Text(), nullable=True),
        sa.Column("industry_jsic", sa.Text(), nullable=True),
        sa.Column("industry_text", sa.Text(), nullable=True),
        sa.Column("equipment_name", sa.Text(), nullable=True),
        sa.Column("grant_requested_jpy", sa.BigInteger(), nullable=True),
        sa.Column("grant_requested_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("grant_decided_jpy", sa.BigInteger(), nullable=True),
        sa.Column("grant_decided_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("grant_fixed_jpy", sa.BigInteger(), nullable=True),
        sa.Column("grant_fixed_jpy_unit", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("agency_name", sa.Text(), nullable=True),
        sa.Column("agency_id", sa.Text(), nullable=True),
        sa.Column("data_use_consent", sa.Boolean(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("submitted_on_precision", sa.Text(), nullable=True),
        sa.Column("applicant_account", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_project")
        ),
    )
    op.create_table(
        "claim_shareholder",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("corporate_number", sa.Text(), nullable=True),
        sa.Column("address_text", sa.Text(), nullable=True),
        sa.Column("share_percent", sa.Text(), nullable=True),
        sa.Column("large_company", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_shareholder")
        ),
    )
    op.create_table(
        "claim_trade_name",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_batch_no", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kana", sa.Text(), nullable=True),
        sa.Column("name_reduced", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "record_id", "role", "ordinal", "batch_no", name=op.f("pk_claim_trade_name")
        ),
    )
    op.create_table(
        "source_memo",
        sa.Column("stream_id", sa.SmallInteger(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "record_key", name=op.f("pk_source_memo")),
    )
    op.create_table(
        "source_record",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stream_id", sa.SmallInteger(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("raw_hash", sa.LargeBinary(), nullable=False),
        sa.Column("plan_no", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("updated", sa.Text(), nullable=True, comment="cursor field as UTC ISO text"),
        sa.Column(
            "batch_no", sa.Integer(), nullable=False, comment="batch that archived the raw record"
        ),
        sa.Column(
            "position", sa.Integer(), nullable=True, comment="row in that batch's archive file"
        ),
        sa.CheckConstraint(
            "status IN ('current', 'stale', 'quarantined', 'deleted')",
            name=op.f("ck_source_record_status"),
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_source_record")),
        sa.UniqueConstraint(
            "stream_id", "record_key", name=op.f("uq_source_record_stream_id_record_key")
        ),
    )
    op.create_table(
        "stream",
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_stream")),
        sa.UniqueConstraint("system", "stream", name=op.f("uq_stream_system_stream")),
    )
    op.create_table(
        "drift_finding",
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("first_batch", sa.Integer(), nullable=False),
        sa.Column("last_batch", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'accepted')", name=op.f("ck_drift_finding_status")),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_drift_finding_stream_id")
        ),
        sa.PrimaryKeyConstraint("stream_id", "path", "kind", name=op.f("pk_drift_finding")),
    )
    op.create_table(
        "lease",
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_lease_stream_id")
        ),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_lease")),
    )
    op.create_table(
        "mapping_plan",
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("plan_no", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_mapping_plan_stream_id")
        ),
        sa.PrimaryKeyConstraint("stream_id", "plan_no", name=op.f("pk_mapping_plan")),
        sa.UniqueConstraint("stream_id", "version", name=op.f("uq_mapping_plan_stream_id_version")),
    )
    op.create_table(
        "quarantine_item",
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False, comment="empty for a whole record"),
        sa.Column("value", sa.Text(), nullable=True, comment="masked where personal"),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_batch", sa.Integer(), nullable=False),
        sa.Column("closed_batch", sa.Integer(), nullable=True),
        sa.Column("raw_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("level IN ('record', 'field')", name=op.f("ck_quarantine_item_level")),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'discarded')", name=op.f("ck_quarantine_item_status")
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_quarantine_item_stream_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_quarantine_item")),
    )
    with op.batch_alter_table("quarantine_item", schema=None) as batch_op:
        batch_op.create_index(
            "uq_quarantine_item_open",
            ["stream_id", "record_key", "rule", "field"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'succeeded', 'failed', 'stopped')", name=op.f("ck_run_status")
        ),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.stream_id"], name=op.f("fk_run_stream_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_run_stream_id_started_at"), ["stream_id", "started_at"], unique=False
        )

    op.create_table(
        "stream_state",
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column(
            "window",
            sa.Text(),
            nullable=True,
            comment="JSON: since, until, mode of the window in progress",
        ),
        sa.Column("resume", sa.Text(), nullable=True),
        sa.Column("next_record_no", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("next_batch_no", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_item_no", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("plan_no", sa.SmallInteger(), nullable=True),
        sa.Column("contract_version", sa.Text(), nullable=True),
        sa.Column("fencing_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_stream_state_stream_id")
        ),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_stream_state")),
    )
    op.create_table(
        "batch",
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan_no", sa.SmallInteger(), nullable=False),
        sa.Column("contract_version", sa.Text(), nullable=False),
        sa.Column("read_count", sa.Integer(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("changed_count", sa.Integer(), nullable=False),
        sa.Column("remapped_count", sa.Integer(), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("superseded_count", sa.Integer(), nullable=False),
        sa.Column("deferred_count", sa.Integer(), nullable=False),
        sa.Column("deleted_count", sa.Integer(), nullable=False),
        sa.Column("quarantined_count", sa.Integer(), nullable=False),
        sa.Column("archive_path", sa.Text(), nullable=True),
        sa.Column("archive_rows", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "read_count = new_count + changed_count + remapped_count + unchanged_count + duplicate_count + superseded_count + deferred_count + deleted_count + quarantined_count",
            name=op.f("ck_batch_nothing_lost"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name=op.f("fk_batch_run_id")),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_batch_stream_id")
        ),
        sa.PrimaryKeyConstraint("stream_id", "batch_no", name=op.f("pk_batch")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_run_id"), ["run_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_run_id"))

    op.drop_table("batch")
    op.drop_table("stream_state")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_stream_id_started_at"))

    op.drop_table("run")
    with op.batch_alter_table("quarantine_item", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_quarantine_item_open",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.drop_table("quarantine_item")
    op.drop_table("mapping_plan")
    op.drop_table("lease")
    op.drop_table("drift_finding")
    op.drop_table("stream")
    op.drop_table("source_record")
    op.drop_table("source_memo")
    op.drop_table("claim_trade_name")
    op.drop_table("claim_shareholder")
    op.drop_table("claim_project")
    op.drop_table("claim_program_topic")
    op.drop_table("claim_program_round")
    op.drop_table("claim_program")
    op.drop_table("claim_procedure_event")
    op.drop_table("claim_procedure")
    op.drop_table("claim_past_grant")
    op.drop_table("claim_party")
    op.drop_table("claim_officer")
    op.drop_table("claim_notice")
    op.drop_table("claim_funding_line")
    op.drop_table("claim_financial_statement")
    op.drop_table("claim_expense_line")
    op.drop_table("claim_establishment")
    op.drop_table("claim_contact")
    op.drop_table("claim_attachment")
