"""What the core stands on: storage, hashing, signing, time."""
