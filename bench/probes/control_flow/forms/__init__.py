"""One form of control flow a file."""
