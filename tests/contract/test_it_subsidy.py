"""The connector suite for `it_subsidy`."""

from tests.contract.suite import connector_suite

suite = connector_suite("it_subsidy")
