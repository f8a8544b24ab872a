"""Try other definitions on stored screenings, and one at a time for comparison.

Usage: python bench/rescreen.py [STORED] [SAMPLE]
Patients are made from a fixed seed, stored as the product stores them (sealed, each
with a key of its own) in a database of their own, and thrown away. Prints Markdown;
what was measured on fewer than a million is scaled to a million.
"""

import sys

# Programs that share the work read this file again: it must not import much by itself.
if __name__ == "__main__":
    from measure import main

    given = [int(text) for text in sys.argv[1:]]
    main(*given, *(100_000, 500)[len(given) :])
