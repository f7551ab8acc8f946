"""Words about clients, encrypted under a key of each client: without the key they are gone in every copy."""
