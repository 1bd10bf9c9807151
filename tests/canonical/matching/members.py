"""Members for tests, all of them synthetic: what differs from a usual one is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from canonical.matching.features import features
from canonical.matching.model import Model

COMPANY: dict[str, Any] = {
    "kind": "corporation",
    "name": "株式会社鳴瀬精密",
    "name_core": "鳴瀬精密",
    "legal_form": "301",
    "legal_form_position": "prefix",
    "address_prefecture_code": "04",
    "address_municipality_code": "04207",
    "address_city": "名取市",
    "address_town": "愛の杜",
    "address_block": "1-24-11",
    "as_of": date(2024, 4, 1),
}
PERSON: dict[str, Any] = {
    "kind": "sole_proprietor",
    "name": "鵜川 瑞樹",
    "representative_name": "鵜川 瑞樹",
    "address_prefecture_code": "04",
    "address_municipality_code": "04207",
    "address_city": "名取市",
    "address_town": "愛の杜",
    "address_block": "1-24-11",
    "phone": "(022)123-4567",
    "as_of": date(2024, 4, 1),
}


def company(**changed: Any) -> dict[str, Any]:
    """A corporation without a number."""
    return COMPANY | changed


def person(**changed: Any) -> dict[str, Any]:
    """A sole proprietor."""
    return PERSON | changed


def made(*claims: dict[str, Any]) -> pl.DataFrame:
    """Features of claims; their ids are 1, 2, 3, …"""
    rows = [{"member_id": number, **claim} for number, claim in enumerate(claims, 1)]
    return features(pl.DataFrame(rows, infer_schema_length=None))


def verdict(one: dict[str, Any], other: dict[str, Any], model: Model | None = None) -> str:
    """What the model that ships (or another) says of two claims."""
    from canonical.matching.explain import verdict as of

    return str(of(1, 2, made(one, other), model or Model.shipped())["outcome"][0])
