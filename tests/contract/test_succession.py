"""The connector suite for `succession`."""

from tests.contract.suite import connector_suite

suite = connector_suite("succession")
