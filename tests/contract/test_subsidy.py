"""The connector suite for `subsidy`."""

from tests.contract.suite import connector_suite

suite = connector_suite("subsidy")
