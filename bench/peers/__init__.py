"""The others: what a team could use instead of us, each by its own packages, set up as its documentation says."""
