"""Films made on the spot, so that the demo has something worth watching."""
