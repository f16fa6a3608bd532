"""The server: the keeper of what people decide, its console, its API and its worker."""
