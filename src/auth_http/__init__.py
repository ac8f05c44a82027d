"""How the core is reached: HTTP, the command line, settings, logs."""
