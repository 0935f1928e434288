"""What the operations of an API do: their roles, which are sent, and the items they lead to."""
