"""Everything that reads, over HTTP, and the command line."""
