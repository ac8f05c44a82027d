"""Every setting, with its unit, its default and its bounds: a file for each subject."""
