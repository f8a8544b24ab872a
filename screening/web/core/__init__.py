"""What every page needs: guards, errors, limits, language, formatting."""
