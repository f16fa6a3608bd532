"""What goes wrong with the books, a module for causes that have something in common."""
