"""The terminal application and the command line. Importing it stays free of torch and its kin."""
