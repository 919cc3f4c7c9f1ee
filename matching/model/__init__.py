"""The nouns of the domain: frozen values without I/O and without a clock."""
