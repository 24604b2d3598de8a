"""A server that does everything wrong: for proving that clients, gateways and this tool itself end in time.

``behaviour`` says what a behaviour is, the modules beside it hold them by family, ``registry`` collects them,
``server`` serves them on real sockets, ``trial`` sends the engine at them, ``page`` writes the table of the docs.
"""
