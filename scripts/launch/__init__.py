"""What stands behind `make`: set-up, engines, processes, tests and checks.

Runs on a bare Python 3.11 with nothing installed, so this package imports the standard library only.
"""
