"""Filling in a form from what the hub holds: pure functions over a business handed in."""
