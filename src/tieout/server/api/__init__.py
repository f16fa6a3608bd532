"""The API: scoring, uploads and live findings, and what the database and the runs hold."""
