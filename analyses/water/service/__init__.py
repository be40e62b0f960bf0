"""What the schemes serve today, and the people of each village by level of service."""
