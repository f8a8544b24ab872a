"""Reading the signature container (CMS) of a PDF."""
