"""Alerts: what is wrong with the syncs, told to each channel once until it clears."""
