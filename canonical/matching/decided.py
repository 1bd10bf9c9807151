"""What people decided about pairs corrects the model."""

from __future__ import annotations

import polars as pl

from canonical.matching.model import Model


def corrected(model: Model, features: pl.DataFrame, decisions: pl.DataFrame | None) -> Model:
    """The model with corrections that fit the decisions; without decisions, the model itself."""
    return model
