"""Tests of the room of ideas."""
