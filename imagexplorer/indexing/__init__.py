"""Layer indexes and trees on disk, and the separate process that makes them."""
