"""Where quotes come from: one file per kind of source, each a `core.ports.feed.Feed`."""
