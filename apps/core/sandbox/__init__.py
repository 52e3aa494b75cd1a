"""Reading uploaded tables in a process of its own, with little memory, little time and no secrets.

Nothing in this package imports Django or anything else of the project: `python -m apps.core.sandbox` starts
in a few hundredths of a second, and what a hostile file may break is this process alone. The other end of the
pipe is `apps.core.spreadsheets.reading`.
"""
