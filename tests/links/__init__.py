"""Links: rules, operations, queries, loading."""
