"""The writing side of the search engines; chosen by `indexing.build_engine`."""
