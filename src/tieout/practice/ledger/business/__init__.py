"""What the practice company does, one flow a file."""
