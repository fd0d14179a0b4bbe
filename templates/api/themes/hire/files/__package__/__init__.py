"""Tool hire API."""
