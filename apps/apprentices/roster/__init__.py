"""From the cells of a file or a form to enrolments: columns, judging a row alone, storing, giving back."""
