"""The block `api`: a business by its id, and search, over HTTP out of a store of a million."""
