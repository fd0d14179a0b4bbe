"""Tram fares: which way, and for how much."""
