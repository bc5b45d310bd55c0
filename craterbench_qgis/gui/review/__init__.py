"""Pairs of catalogue entries, reviewed side by side: the same crater, or two?"""
