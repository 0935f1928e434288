"""What is drawn: kinds of fuzz cases, texts, dictionaries, spellings."""
