"""The papers that a council asks for: what in them comes from the running code, and how it is put there."""
