"""The shipped content and its rules."""
