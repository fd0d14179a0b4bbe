"""Shipping quotes: what a parcel costs."""
