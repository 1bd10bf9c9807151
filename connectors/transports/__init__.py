"""How a protocol's answers become pages of source records; one module a protocol, and its parts."""
