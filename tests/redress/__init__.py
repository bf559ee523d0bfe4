"""Tests of redress."""
