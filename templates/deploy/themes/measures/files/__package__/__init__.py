"""Unit conversion: the same amount in another unit."""
