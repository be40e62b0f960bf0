"""In which year each work is built under yearly budgets. Knows nothing of voltage."""
