"""Small pure functions, one family a module."""
