"""Keeping the store small, and sealed."""
