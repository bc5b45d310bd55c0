"""Why a match matched: both pictures and the pairs of patches."""
