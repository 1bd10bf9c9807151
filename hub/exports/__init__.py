"""What leaves the hub: businesses and applications in GIF's form, and snapshots for analysis."""
