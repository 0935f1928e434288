"""From a file, an address or a page to JSON values that know their lines."""
