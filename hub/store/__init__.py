"""Where the hub keeps things: ports (Protocols) and their adapters."""
