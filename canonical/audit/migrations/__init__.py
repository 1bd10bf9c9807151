"""Migrations of the audit's tables in the side database (`canonical.store.migrations`)."""
