"""Event tickets API."""
