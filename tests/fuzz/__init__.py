"""Fuzz targets: each is a function of bytes that must hold whatever the bytes are."""
