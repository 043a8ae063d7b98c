"""The running desk: configuration, composition, service and command line."""
