"""The pages of docs/reference, made from the code: `python -m docs.generate`; `--check` finds what has drifted."""
