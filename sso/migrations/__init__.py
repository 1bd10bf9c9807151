"""Migrations of the token service's schema."""
