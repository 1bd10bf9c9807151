"""The audit: one row for every read of a business and every token, sealed in a chain of blocks."""
