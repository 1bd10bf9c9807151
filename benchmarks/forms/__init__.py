"""How much of the forms the hub fills in for the businesses of a world, judged by its truth."""
