"""The summary of a run as Markdown, one file a language."""
