"""Machine standstills: from sensor readings to a list for the inspection crew."""
