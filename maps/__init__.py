"""Draws and writes results; computes nothing."""
