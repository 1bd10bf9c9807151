"""Which claims speak of the same business: identifiers, comparison, clusters, relations."""
