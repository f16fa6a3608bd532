"""Tests of journal entries as auditors run them, their risk, and samples for an audit."""
