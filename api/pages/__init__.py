"""Pages for people at work: one file a noun, each calling the same actions as the JSON routes."""
