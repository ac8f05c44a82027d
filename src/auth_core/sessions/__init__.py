"""Sessions: where people are signed in, and the refresh chain that keeps them so."""
