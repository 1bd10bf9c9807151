"""The benchmark's own system: a flat register of businesses, 26 fields a record."""
