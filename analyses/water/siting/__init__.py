"""Which works are chosen, with a proven bound."""
