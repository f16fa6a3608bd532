"""Who the findings are about: risk scores of customers, cards, merchants, accounts."""
