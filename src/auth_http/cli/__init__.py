"""The command line: everything an operator does, one file for each group of commands."""
