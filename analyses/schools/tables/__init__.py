"""Result tables of the school question: built once, last, from what the other rooms found."""
