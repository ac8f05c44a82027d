"""Many users at once: over HTTP and on the command line the same items, done in the same way."""
