"""Why and when what was granted stops counting."""
