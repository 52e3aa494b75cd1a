"""Files that go to banks and come from them: pure functions over bytes, described by bank profiles.

Nothing here touches the database. Amounts are whole fen, days are dates; how a bank writes either stands
in its profile (`fixtures/banks/*.yml`). A writer changes no name: what a bank's form cannot carry is
refused. A reader returns every line of a file or refuses the whole file.
"""
