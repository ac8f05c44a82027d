"""Calls that have their effect once, however often they are made."""
