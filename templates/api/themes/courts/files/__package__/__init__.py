"""Court booking API."""
