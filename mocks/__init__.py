"""Faithful servers for every connected system, over one synthetic world.

Everything here is made up: names are drawn by frequency, addresses from the postal table,
corporate numbers from a registry number (9900) that no Legal Affairs Bureau has.
Every HTTP answer carries `X-Synthetic-Data: true`.
"""
