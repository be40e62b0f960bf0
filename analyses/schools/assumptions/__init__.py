"""Parameters by theme: travel, pupils and places, sites and draws."""
