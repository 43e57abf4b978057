"""What is written for the user: always beside the target first, then renamed. No Qt."""
