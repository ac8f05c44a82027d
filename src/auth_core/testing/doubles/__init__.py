"""Stand-ins for the ports, for tests: quick, predictable, and not safe."""
