"""The 26 fields as a peer would declare them: what the JSON holds, taken as it is."""

from __future__ import annotations

KEY = "recordId"

TEXT = (
    "updatedAt", "appliedOn", "corporateNumber", "name", "nameKana", "postalCode", "prefecture",
    "city", "street", "phone", "email", "url", "repTitle", "repName", "repKana", "repBirthOn",
    "capital", "establishedOn", "industryCode", "industryName", "incomeOver15",
)  # fmt: skip

INTEGER = ("employees", "fiscalYearEndMonth", "displayOrder")

BOOLEAN = ("deemedLarge",)
