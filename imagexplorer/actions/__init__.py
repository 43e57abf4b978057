"""Everything the user can do, once each: what it is called, when it is blocked and why, what it runs."""
