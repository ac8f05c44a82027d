"""What is there when serving begins stays, and need not be looked through for garbage."""

import gc


def settle() -> None:
    """Collect once, and take what is left out of the collector's sight.

    Modules, routes, statements and their kin are some hundred thousand objects. A full collection looks at each of
    them, for a tenth of a second in which nothing else runs, and it comes when there is much to do.
    """
    gc.collect()
    gc.freeze()
