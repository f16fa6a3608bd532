"""What customers, cards, merchants and devices do over time, as features of each payment."""
