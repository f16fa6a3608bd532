"""A language model that suggests a bucket, sums up and answers; it decides nothing.

Without one configured everything else works as well: rules, words and templates.
"""
