"""The connector suite for `gbizinfo`."""

from tests.contract.suite import connector_suite

suite = connector_suite("gbizinfo", businesses=1500, unbounded=["patents"])
