"""Why something was found: root causes of outcomes and of differences."""
