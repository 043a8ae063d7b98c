"""Settings, service and command line."""
