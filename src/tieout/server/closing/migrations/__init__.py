"""Steps of the closing tables."""
