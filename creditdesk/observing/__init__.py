"""What an operator watches: metrics for Prometheus and one log line per request."""
