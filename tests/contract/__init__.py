"""The connector suite and the systems that it is given to."""

import pytest

pytest.register_assert_rewrite("tests.contract.suite", "tests.contract.parts")
