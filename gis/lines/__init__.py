"""Lines as graphs: roads cut into links, feeders whose pieces hang on their station, and shortest ways along them."""
