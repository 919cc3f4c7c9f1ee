"""The sections of a profile as forms: which inputs stand for which field, and how they are read."""
