"""The first afternoon with one's own data: a folder of files becomes a pack, with guesses that say so."""
