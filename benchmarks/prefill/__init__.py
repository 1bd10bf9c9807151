"""The block `prefill`: one form for one business, out of a store of a million parties."""
