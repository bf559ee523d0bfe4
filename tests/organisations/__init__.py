"""Tests of the room `organisations`."""
