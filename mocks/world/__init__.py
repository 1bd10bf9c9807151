"""The synthetic world: `World(seed, businesses, start)`."""

from mocks.world.world import START, Changes, World

__all__ = ["START", "Changes", "World"]
