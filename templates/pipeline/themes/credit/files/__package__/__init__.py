"""Loan defaults: from the loan book to probabilities."""
