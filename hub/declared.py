"""What the connectors declare, for the DAGs: cheap to read while a DAG file is parsed."""

from connectors.declaration import Declaration, Stream
from connectors.registry import declarations

__all__ = ["Declaration", "Stream", "declarations"]
