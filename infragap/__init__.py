"""The command `infragap`: the run as a list of steps."""
