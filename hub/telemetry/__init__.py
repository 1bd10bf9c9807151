"""What a sync tells the outside of itself: metrics by OpenTelemetry, off unless configured."""
