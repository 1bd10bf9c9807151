"""`hub sso`: the token service's commands."""
