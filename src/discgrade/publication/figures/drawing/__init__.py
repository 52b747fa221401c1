"""What every figure is drawn with: style, widths, words and files."""
