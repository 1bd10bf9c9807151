"""The block `golden`: golden records computed from claims that lie in the store."""
