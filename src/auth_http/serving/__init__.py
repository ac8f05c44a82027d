"""Serving over HTTP: one process, or several that share a socket, with an end that loses no request."""
