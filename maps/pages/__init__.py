"""The pages: a map for each question and the index, each one file that opens without internet."""
