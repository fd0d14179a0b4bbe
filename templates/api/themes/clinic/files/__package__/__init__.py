"""Clinic appointments API."""
