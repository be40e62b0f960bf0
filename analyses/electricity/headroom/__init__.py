"""The plan within what feeders and substations have left: who waits, what is reinforced, and a bound that holds with
these limits."""
