"""Rules as data: conditions over features that a person can read, change and measure."""
