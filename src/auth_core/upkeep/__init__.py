"""Keeping the store small."""
