"""What the reception does: invite, send links, ask again."""
