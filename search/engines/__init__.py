"""The reading side of the search engines; chosen by `search.build_search`."""
