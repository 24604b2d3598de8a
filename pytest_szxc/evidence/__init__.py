"""What a run leaves behind so that it can be judged again."""
