"""What happened: security events, written in the transaction of their effect."""
