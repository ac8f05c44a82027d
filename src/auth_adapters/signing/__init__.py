"""The keys that sign, family by family: how they are made, kept sealed, opened once, and used."""
