"""The files that people come and go in."""
