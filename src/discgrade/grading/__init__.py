"""New scans graded with what a study learned; without TensorFlow."""
