"""The comparison page: two runs side by side, or the scenarios of one."""
