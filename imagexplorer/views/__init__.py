"""Widgets: one file a page or dialog. No docker, no tar."""
