"""What other programs of a clinic may do: keys, requests made once, references, reading."""
