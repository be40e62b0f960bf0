"""What a data pack is ready for, for `check` and `run` alike, and how `check` shows it: printed and as a workbook."""
