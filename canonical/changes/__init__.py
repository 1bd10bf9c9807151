"""The feed of changes: events written with their cause, numbered once they are committed."""
