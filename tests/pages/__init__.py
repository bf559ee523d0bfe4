"""Tests of home, my page, written pages and what stands outside the languages."""
