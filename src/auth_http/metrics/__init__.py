"""What this process counts, for Prometheus to collect: at an address of its own, where it is asked for."""
