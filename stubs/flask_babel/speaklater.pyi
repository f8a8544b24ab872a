class LazyString:
    """Stands wherever a string may, and is looked up when it is shown."""

    def __init__(self, func: object, *args: object, **kwargs: object) -> None: ...
