"""Who works at the clinic: signing in, second factors, accounts."""
