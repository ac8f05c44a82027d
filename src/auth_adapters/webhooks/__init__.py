"""Posting to receivers of webhooks, wherever their names lead and nowhere else."""
