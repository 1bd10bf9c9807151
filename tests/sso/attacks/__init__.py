"""Attacks on running servers, each with the answer it must get."""
