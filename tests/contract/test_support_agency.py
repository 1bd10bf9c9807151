"""The connector suite for `support_agency`."""

from tests.contract.suite import connector_suite

suite = connector_suite("support_agency")
