"""The block `pages`: how long the operator's pages take over a large store."""
