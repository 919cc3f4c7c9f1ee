"""The oracle: an independent reading of the matching rules, against which the engine is tested."""
