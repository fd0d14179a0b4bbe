"""Tests. None of them needs Docker, a cluster or a cloud."""
