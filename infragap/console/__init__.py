"""How the command speaks: messages of the catalogue, the terminal, progress, options, and the guard around all of
it."""
