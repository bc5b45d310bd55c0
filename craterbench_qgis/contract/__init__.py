"""What both processes know. Standard library only, Python 3.9, imports nothing of ours."""
