"""Health, metrics and, later, the dashboard."""
