"""The connector suite for `management_plan`."""

from tests.contract.suite import connector_suite

suite = connector_suite("management_plan")
