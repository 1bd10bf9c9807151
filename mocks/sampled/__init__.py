"""A mock for a connector that nobody has written one for: sample records made from its contract.

::

    from mocks.sampled import sampled_system

    PORT: int | None = 8812
    build, connections = sampled_system("new_system")
"""

from mocks.sampled.build import sampled_system

__all__ = ["sampled_system"]
