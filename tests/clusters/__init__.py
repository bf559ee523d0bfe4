"""Clusters: loading, list, portrait."""
