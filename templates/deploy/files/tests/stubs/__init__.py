"""Stand-ins for the programs that a release drives."""
