"""Tests of comments, below the notes of the moderation tests."""
