"""One canonical fault a file: its declaration, and its program in every framework and style it can stand in."""
