"""Clinic no-shows: from the booking desk's list to probabilities."""
