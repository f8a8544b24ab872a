"""What a clinical lead does: try changed lists, rescreen, learn from figures."""
