"""Rule sets as data: one YAML file a law or program, and the classes of industry they speak of."""
