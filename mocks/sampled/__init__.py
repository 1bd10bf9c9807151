"""A mock for a connector that nobody has written one for: sample records made from its contract.

::

    from mocks.sampled import sampled_system

    PORT: int | None = 8812
    build, connections = sampled_system("new_system")

One that is a database says which faults it can have, too: `KINDS = TABLE_FAULTS`.
"""

from mocks.fault_sql import KINDS as TABLE_FAULTS
from mocks.sampled.build import sampled_system

__all__ = ["TABLE_FAULTS", "sampled_system"]
