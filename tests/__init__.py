"""The test suite. Its folders mirror the rooms of the product; `house` holds the conventions that every room keeps."""
