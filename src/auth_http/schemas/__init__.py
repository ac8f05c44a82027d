"""The documents that come in and go out."""
