"""Proof that somebody reads an address: tokens that are sent to it, each good for one thing, once, for a while."""
