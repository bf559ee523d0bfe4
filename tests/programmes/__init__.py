"""Programmes: loading, list, page."""
