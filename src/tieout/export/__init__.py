"""What a run leaves for people and other tools: the report page, the summary, CSV."""
