"""What stands between the server and the routes: plain ASGI, one thought each."""
