"""The tab “Atlas”: the index's craters as points, like kinds near each other."""
