"""Proving an address, choosing a forgotten password anew, and moving to another address."""
