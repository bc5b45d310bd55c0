"""What users read about matches, pairs, progress: each sentence made once, in their language."""
