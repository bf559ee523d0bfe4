"""Tests of the room of paper: forms, entry on behalf of others, import."""
