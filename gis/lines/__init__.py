"""Lines as graphs: roads joined where they touch, cut into links, and feeders whose pieces hang on their station."""
