"""Open items rejoin the next run: kept by one, chosen, joined and accounted for by the next."""
