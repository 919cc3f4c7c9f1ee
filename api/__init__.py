"""The doors: for now the command line."""
