"""Subscription churn: from the billing system's export to predictions."""
