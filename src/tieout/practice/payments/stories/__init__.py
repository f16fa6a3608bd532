"""What goes wrong with cards, one story a file: thieves, testers, and hands that type twice."""
