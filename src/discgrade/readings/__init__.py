"""What raters said: the sheet, its rules, and the reference grade that a model learns and is scored against."""
