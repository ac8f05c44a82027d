"""Other services: which of them may ask about tokens, and what they are answered."""
