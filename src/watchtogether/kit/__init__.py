"""Small tools without domain knowledge: clock, ids, errors, logging, rate limits."""
