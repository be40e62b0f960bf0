"""Two runs side by side: what changed, by how much, and why, for the terminal and as a page."""
