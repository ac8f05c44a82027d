"""How often somebody may try: budgets that refill, and never keep a person out of a device they use."""
