"""What the output folder stands on: exchange and locks of the system, names and checksums of what a run has written."""
