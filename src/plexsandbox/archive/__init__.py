"""A big library made on the fly: thousands of films and shows that have no files of their own."""
