"""Two records of the same money: pair them, or call them a break and say why."""
