"""A typed client of the hub for front ends: the token service and the read API."""
