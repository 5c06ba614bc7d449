"""Stand-in of Observium: REST API v0 and alert webhooks."""
