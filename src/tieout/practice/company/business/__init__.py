"""What the company does with its money, before anything goes wrong with the books."""
