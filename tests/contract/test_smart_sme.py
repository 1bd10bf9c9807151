"""The connector suite for `smart_sme`."""

from tests.contract.suite import connector_suite

suite = connector_suite("smart_sme", businesses=3000)
