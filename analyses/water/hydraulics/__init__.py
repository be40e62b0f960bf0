"""Formulas of small piped schemes: arrays in, arrays out, no layers."""
