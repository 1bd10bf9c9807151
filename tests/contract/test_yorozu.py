"""The connector suite for `yorozu`."""

from tests.contract.suite import connector_suite

suite = connector_suite("yorozu")
