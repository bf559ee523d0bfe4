"""Import and export of records, on the command line and in the browser."""
