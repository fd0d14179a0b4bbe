"""Shapes of the JSON that goes in and out of the API."""
