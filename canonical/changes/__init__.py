"""The change feed: what changed about a business or a procedure, in an order that loses nothing."""
