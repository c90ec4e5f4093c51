"""Everything that writes, over HTTP: captures, worklist, STOW-RS."""
