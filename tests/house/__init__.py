"""Conventions that every room keeps, held by tests instead of reviewers."""
