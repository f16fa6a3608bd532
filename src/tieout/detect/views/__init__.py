"""Peer-group views: quantities among peers, found by the engine itself."""
