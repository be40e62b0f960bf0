"""The land of the reference pack: relief, rivers and lakes, forest, climate, and the grid on which people are
placed."""
