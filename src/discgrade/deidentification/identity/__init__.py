"""Who is who: keys, pseudonyms, the linkage map, and what identifies a patient."""
