"""The ways out, one a file. Each is `send(message, settings, environment) -> Receipt`."""
