"""What a fuzz sends: kinds of fuzz cases, texts, dictionaries, spellings of JSON."""
