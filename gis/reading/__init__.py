"""From files to frames: each format read as it is stored, nothing guessed, nothing outside the pack."""
