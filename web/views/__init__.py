"""The pages at the desk, one module each: parse, one call to hub or search, present."""
