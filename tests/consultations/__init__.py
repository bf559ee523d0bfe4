"""Tests of consultations: phases, numbers, pages, editing."""
