"""What a sync tells the outside of itself: metrics by OpenTelemetry, lineage by OpenLineage; both
off unless configured."""
