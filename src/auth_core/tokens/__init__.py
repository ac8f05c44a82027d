"""Signed tokens: their claims, the keys behind them, and strict reading."""
