"""Golden records: what the hub believes about a party, and who says so."""
