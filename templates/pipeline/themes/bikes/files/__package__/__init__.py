"""Bike demand: from counters and weather to the rentals of an hour."""
