"""Mappings: what a system's fields mean in the canonical model, read in two directions."""

from mappings.compiler import ContractFields, compile_mapping
from mappings.plan import Mapped, Plan

__all__ = ["ContractFields", "Mapped", "Plan", "compile_mapping"]
