"""Places of the reference pack: communes, villages, the villages without grid, and clusters."""
