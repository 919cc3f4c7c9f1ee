"""Is it any good, for whom, and compared with what."""
