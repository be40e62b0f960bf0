"""Result tables, built once, last, from what the other rooms found."""
