"""What people decided before, found again by likeness, and how well it foretells them."""
