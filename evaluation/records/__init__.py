"""A history from files and into them: read in chunks, checked whole, refused with every row named."""
