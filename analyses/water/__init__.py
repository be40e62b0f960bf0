"""Water: who is not served by a working scheme to standard, and which works close the gap."""
