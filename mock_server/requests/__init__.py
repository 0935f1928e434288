"""What came in: addresses, routing, parameters, bodies, and what is wrong with them."""
