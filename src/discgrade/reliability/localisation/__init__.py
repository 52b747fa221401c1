"""What found boxes are worth: next to the drawn ones, and for the grades that follow from them."""
