"""Health and, later, metrics and the dashboard."""
