"""The routes, one file for each group. They read, call one use case and write; nothing is decided here."""
