"""Topics: loading, list, page, home."""
