"""Tests of moderation, on a tiny kind of text of their own (`kind`), so that they need no room above."""
