"""One ordered matching attempt a file."""
