"""The domain: what a good match between a person and a vacancy is, and why."""
