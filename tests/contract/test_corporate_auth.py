"""The connector suite for `corporate_auth`."""

from tests.contract.suite import connector_suite

suite = connector_suite("corporate_auth")
