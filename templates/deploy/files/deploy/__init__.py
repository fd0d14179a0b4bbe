"""Releases without a gap, and the way back, for Docker, Kubernetes and Cloud Run."""
